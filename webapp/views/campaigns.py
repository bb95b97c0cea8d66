"""Campaigns (đợt cao điểm): the list, one with what it did, and forms that need no script."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from models.errors import ConflictError, InvalidValueError, NotAllowedError
from models.viewers import ScopeKind
from webapp.forms import sent_number, sent_stamp, told_of_blanks
from webapp.languages import in_words
from webapp.queries import parse_page, parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import campaign_entry, campaigns, commune_names
from webapp.services.campaign_entry import CampaignForm
from webapp.told import told, told_list
from webapp.views.context import site

drives = Blueprint("drives", __name__)

_CAMPAIGN = told("đợt cao điểm")
_LONGEST_NAME = 120

Answer = Response | tuple[str, int]


@drives.get("/campaigns")
@rule(Access.SIGNED_IN)
def campaigns_page() -> str:
    """List the campaigns, the latest begun first."""
    number = parse_page(request.args)
    page = campaigns.open_list(site().database, viewer(), site().today(), number)
    return render_template("campaigns.html", page=page, words=campaigns, may_write=_may_write())


@drives.get("/campaigns/<number>")
@rule(Access.SIGNED_IN)
def campaign_page(number: str) -> str:
    """Show a campaign with what it did."""
    return _shown(_id(number))


@drives.get("/campaigns/new")
@rule(Access.WRITERS)
def new_campaign() -> str:
    """Show an empty form."""
    return _form_page(CampaignForm(), None)


@drives.post("/campaigns/new")
@rule(Access.WRITERS)
def enter_campaign() -> Response | tuple[str, int] | str:
    """Store a campaign, or show the form again with what was found or is wrong."""
    form = _sent()
    if "find" in request.form:
        return _form_page(form, None)
    try:
        id_ = campaign_entry.enter(site().database, viewer(), form, at=site().now())
    except (InvalidValueError, ConflictError, NotAllowedError) as error:
        return _form_page(form, None, str(error)), 400
    _flash_done(told("Đã lưu đợt cao điểm."), form.name, form.note)
    return redirect(f"/campaigns/{id_}", 303)


@drives.get("/campaigns/<number>/edit")
@rule(Access.WRITERS)
def edit_campaign(number: str) -> str:
    """Show the form filled in."""
    id_ = _id(number)
    seen = campaign_entry.times_changed(site().database, viewer(), id_)
    stored = campaign_entry.find_campaign(site().database, viewer(), id_)
    return _form_page(campaign_entry.form_of(stored), id_, seen=seen)


@drives.post("/campaigns/<number>/edit")
@rule(Access.WRITERS)
def change_campaign(number: str) -> Response | tuple[str, int] | str:
    """Give a campaign other content; what it said before is kept."""
    id_, form, seen = _id(number), _sent(), sent_number()
    database, who = site().database, viewer()
    if "find" in request.form:
        return _form_page(form, id_, seen=seen)
    try:
        differs = campaign_entry.change(database, who, id_, form, at=site().now(), seen=seen)
    except ConflictError as error:
        seen = campaign_entry.times_changed(database, who, id_)
        return _form_page(form, id_, str(error), seen), 409
    except (InvalidValueError, NotAllowedError) as error:
        return _form_page(form, id_, str(error), seen), 400
    kept = told("Đã sửa; nội dung trước đó được giữ lại.")
    _flash_done(
        kept if differs else told("Không có gì khác nội dung đã lưu."), form.name, form.note
    )
    return redirect(f"/campaigns/{id_}", 303)


@drives.post("/campaigns/<number>/withdraw")
@rule(Access.WRITERS)
def withdraw_campaign(number: str) -> Answer:
    """Take a campaign out of use, with a reason."""
    id_, reason = _id(number), request.form.get("reason", "")
    try:
        campaign_entry.withdraw(
            *(site().database, viewer(), id_, reason),
            at=site().now(),
            seen=sent_stamp(),
        )
        _flash_done(told("Đã rút đợt này khỏi danh sách; có thể khôi phục bên dưới."), reason)
    except ConflictError as error:
        return _shown(id_, str(error), reason), 409
    except InvalidValueError as error:
        flash(in_words(str(error)), "refused")
    return redirect(f"/campaigns/{id_}", 303)


@drives.post("/campaigns/<number>/restore")
@rule(Access.WRITERS)
def restore_campaign(number: str) -> Answer:
    """Bring a withdrawn campaign back."""
    id_ = _id(number)
    try:
        campaign_entry.restore(site().database, viewer(), id_, at=site().now(), seen=sent_stamp())
        _flash_done(told("Đã khôi phục đợt cao điểm."))
    except ConflictError as error:
        return _shown(id_, str(error)), 409
    return redirect(f"/campaigns/{id_}", 303)


def _shown(id: int, refused: str = "", typed: str = "") -> str:
    """A campaign, with why something was refused and the reason that was typed."""
    if refused:
        flash(in_words(refused), "refused")
    return render_template(
        "campaign.html",
        page=campaigns.open_campaign(site().database, viewer(), id, site().today()),
        words=campaigns,
        may_write=_may_write(),
        typed=typed,
    )


def _flash_done(what: str, *typed: str) -> None:
    """Say what was done, and where something typed was not kept."""
    flash(in_words(told_list([what, told_of_blanks(*typed)], "")), "done")


def _form_page(form: CampaignForm, id: int | None, error: str = "", seen: int | None = None) -> str:
    """The form; what is typed into the search for communes is answered in it."""
    database, who = site().database, viewer()
    typed = request.form.get("q", "")[:_LONGEST_NAME]
    found = commune_names.find_communes(database, who, typed)
    return render_template(
        "campaign_form.html",
        form=form,
        id=id,
        error=error,
        seen=seen,
        typed=typed,
        chosen=campaign_entry.chosen(database, who, form.codes),
        found=[
            each
            for each in found
            if each.code not in form.codes and who.scope.covers(each.province_code, each.code)
        ],
        provinces=_provinces(),
        radius_most=50_000,
    )


def _provinces() -> list[tuple[str, str]]:
    """Whole provinces that the account may choose."""
    scope = viewer().scope
    return [
        (code, name)
        for code, name in campaign_entry.provinces(site().database, viewer())
        if scope.kind is not ScopeKind.COMMUNE and scope.covers(code, None)
    ]


def _sent() -> CampaignForm:
    form = request.form
    codes = [*form.getlist("commune"), *filter(None, [form.get("province", "")])]
    return CampaignForm(
        name=form.get("name", ""),
        starts_on=form.get("starts_on", ""),
        ends_on=form.get("ends_on", ""),
        area=form.get("area", campaign_entry.COMMUNES),
        codes=tuple(dict.fromkeys(codes)),
        lat=form.get("lat", ""),
        lon=form.get("lon", ""),
        radius=form.get("radius", ""),
        note=form.get("note", ""),
    )


def _id(number: str) -> int:
    return parse_path_number(number, _CAMPAIGN)


def _may_write() -> bool:
    return viewer().may_write
