"""Campaigns that a person enters, changes, withdraws or brings back; each is audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from geo.alphabet import vietnamese_key
from geo.campaign_areas import circle
from geo.campaign_rows import LAST_DAY, MAX_PARTS, made_ref, parse_radius_m, require_days
from geo.cells import UnreadableCellError, parse_date
from geo.coordinates import read_coordinates
from geo.errors import GeoError
from geo.terms import DatePrecision, Layer
from geo.typed_text import typed_text, without_marks
from models import audit, campaign_changes, campaigns, communes
from models.audit_fields import told_last
from models.campaigns import ENTERED, Campaign, StoredCampaign
from models.errors import ConflictError, InvalidValueError
from models.hand_kept import hold_kept
from models.record_changes import changes_of_campaign
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import vn_date, vn_number
from webapp.services.campaign_atlas import Atlas, load_atlas
from webapp.services.campaign_places import NAMED_LIKE_A_PERSON, inside
from webapp.services.stamps import require_seen
from webapp.told import told

MAX_NAME, MAX_NOTE, MAX_REASON = 160, 1_000, 300

COMMUNES, CIRCLE, AS_IT_IS = "communes", "circle", "as_it_is"
"""How the area is given: by its communes, by a circle, or left as it is."""


@dataclass(frozen=True, slots=True)
class CampaignForm:
    """What a person filled in, as typed; `codes` are of communes and whole provinces."""

    name: str = ""
    starts_on: str = ""
    ends_on: str = ""
    area: str = COMMUNES
    codes: tuple[str, ...] = ()
    lat: str = ""
    lon: str = ""
    radius: str = ""
    note: str = ""


def form_of(campaign: StoredCampaign) -> CampaignForm:
    """A form filled in with what is stored."""
    circular = campaign.radius_m is not None
    kind = CIRCLE if circular else COMMUNES if campaign.commune_codes else AS_IT_IS
    return CampaignForm(
        name=campaign.name,
        starts_on=vn_date(campaign.starts_on),
        ends_on=vn_date(campaign.ends_on),
        area=kind,
        codes=campaign.commune_codes,
        lat=vn_number(campaign.lat, 6) if circular else "",
        lon=vn_number(campaign.lon, 6) if circular else "",
        radius=f"{campaign.radius_m:g}" if circular else "",
        note=campaign.note,
    )


def chosen(database: Database, viewer: Viewer, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Codes with the names of their communes or provinces, those of the map in force."""
    with unit_of_work(database, viewer, read_only=True) as session:
        named = communes.province_names(session, viewer)
        for unit, _shape in communes.outlines(session, viewer, codes):
            named[unit.code] = f"{unit.full_name}, {unit.province_name}"
    return [(code, named[code]) for code in dict.fromkeys(codes) if code in named]


def provinces(database: Database, viewer: Viewer) -> list[tuple[str, str]]:
    """Codes and names of the provinces in force."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = [(p.code, p.name) for p in communes.provinces(session, viewer)]
    return sorted(found, key=lambda item: vietnamese_key(item[1]))


def find_campaign(database: Database, viewer: Viewer, id: int) -> StoredCampaign:
    """One campaign; `NotFoundError` if the viewer sees none of this number."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return campaigns.find_campaign(session, viewer, id)


@repeatable
def enter(database: Database, viewer: Viewer, form: CampaignForm, *, at: datetime) -> int:
    """Store a campaign from a form; its number.

    Raises
    ------
    InvalidValueError
        If a field cannot be used; the message says what to do.
    NotAllowedError, ConflictError
        If the viewer may not, or there is the same one.
    """
    viewer.require_write()
    campaign = read_form(load_atlas(database, viewer), viewer, form)
    with unit_of_work(database, viewer) as session:
        id_ = campaign_changes.enter_campaign(session, viewer, campaign, at=at)
        _audit(session, viewer, "enter_campaign", id_, at=at)
    return id_


def times_changed(database: Database, viewer: Viewer, id: int) -> int:
    """How often a campaign was changed: what a form opened now has seen."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return len(changes_of_campaign(session, viewer, id))


@repeatable
def change(
    database: Database,
    viewer: Viewer,
    id: int,
    form: CampaignForm,
    *,
    at: datetime,
    seen: int | None = None,
) -> bool:
    """Give a campaign the content of a form, its earlier one is kept; whether it differed.

    `seen` is how often it had been changed when the form was opened; None does not say.

    Raises
    ------
    NotFoundError
        If the viewer sees none of this number.
    ConflictError
        If somebody changed it since; the other errors are those of `enter`.
    """
    viewer.require_write()
    old = find_campaign(database, viewer, id)
    campaign = read_form(load_atlas(database, viewer), viewer, form, old)
    with unit_of_work(database, viewer) as session:
        differs = campaign_changes.change_campaign(session, viewer, id, campaign, at=at)
        if differs:
            _require_seen(session, viewer, id, seen)
            detail = told_last(changes_of_campaign(session, viewer, id))
            audit.record(session, viewer, "change_campaign", f"campaign:{id}", detail, at=at)
    return differs


def _require_seen(session: Session, viewer: Viewer, id: int, seen: int | None) -> None:
    """Refuse a change, just made, of what nobody had on the screen."""
    if seen is None or len(changes_of_campaign(session, viewer, id)) > seen + 1:
        raise ConflictError(
            told(
                "Đợt này đã được sửa ở nơi khác sau khi đồng chí mở trang này. Hãy xem bản mới ở "
                "trang của đợt; bấm «Lưu» lần nữa thì nội dung dưới đây thay bản ấy."
            )
        )


@repeatable
def withdraw(
    database: Database,
    viewer: Viewer,
    id: int,
    reason: str,
    *,
    at: datetime,
    seen: str | None = None,
) -> None:
    """Take a campaign out of use; `seen` stamps how often it had been changed.

    Raises
    ------
    InvalidValueError
        If no reason is given; the other errors are those of the store.
    """
    kept = _clean(reason)[:MAX_REASON]
    if not without_marks(kept):
        raise InvalidValueError(told("Hãy ghi lý do rút đợt này, không phải tên người."))
    with unit_of_work(database, viewer) as session:
        hold_kept(session, viewer, Layer.CAMPAIGNS)
        require_seen(seen, len(changes_of_campaign(session, viewer, id)))
        campaign_changes.withdraw_campaign(session, viewer, id, kept, at=at)
        _audit(session, viewer, "withdraw_campaign", id, at=at, reason=kept)


@repeatable
def restore(
    database: Database, viewer: Viewer, id: int, *, at: datetime, seen: str | None = None
) -> None:
    """Bring a withdrawn campaign back."""
    with unit_of_work(database, viewer) as session:
        hold_kept(session, viewer, Layer.CAMPAIGNS)
        require_seen(seen, len(changes_of_campaign(session, viewer, id)))
        campaign_changes.restore_campaign(session, viewer, id, at=at)
        _audit(session, viewer, "restore_campaign", id, at=at)


def read_form(
    atlas: Atlas, viewer: Viewer, form: CampaignForm, old: StoredCampaign | None = None
) -> Campaign:
    """The campaign that a form describes.

    Raises
    ------
    InvalidValueError
        Naming the field that cannot be used.
    """
    name = _clean(form.name)[:MAX_NAME]
    if not name:
        raise InvalidValueError(told("Tên đợt: hãy ghi tên gọi của đợt cao điểm."))
    if not without_marks(name):
        raise _refused(told("Tên đợt"), NAMED_LIKE_A_PERSON)
    starts_on = _day(told("Từ ngày"), form.starts_on)
    ends_on = _day(told("Đến ngày"), form.ends_on)
    try:
        require_days(starts_on, ends_on)
    except UnreadableCellError as error:
        raise _refused(told("Đến ngày"), error) from None
    bare = Campaign("", ENTERED, name, starts_on, ends_on, "", circle(106.0, 16.0, 50.0))
    try:
        campaign = _with_area(atlas, viewer, bare, form, old)
    except GeoError as error:
        raise _refused(told("Địa bàn"), error) from None
    note = _clean(form.note)[:MAX_NOTE]
    ref = made_ref(f"{name} {campaign.area_text}", starts_on, ends_on)
    return replace(campaign, ref=ref, note=note)


def _with_area(
    atlas: Atlas, viewer: Viewer, bare: Campaign, form: CampaignForm, old: StoredCampaign | None
) -> Campaign:
    if form.area == AS_IT_IS and old is not None:
        kept = replace(bare, area=old.area, area_text=old.area_text)
        return inside(atlas, kept, atlas.touched(old.area), viewer.scope)
    if form.area == CIRCLE:
        return _circular(atlas, viewer, bare, form)
    codes = tuple(sorted(set(form.codes)))
    known = {u.code for u in atlas.units} | {u.province_code for u in atlas.units}
    if not codes or len(codes) > MAX_PARTS or not known.issuperset(codes):
        raise InvalidValueError(
            told("Địa bàn: hãy chọn ít nhất một xã hoặc một tỉnh trong danh sách.")
        )
    touched = atlas.communes_of(codes)
    text = "; ".join(map(atlas.told, codes))
    area = atlas.outline(touched)
    made = replace(bare, commune_codes=codes, area=area, area_text=text)
    return inside(atlas, made, touched, viewer.scope)


def _circular(atlas: Atlas, viewer: Viewer, bare: Campaign, form: CampaignForm) -> Campaign:
    read = read_coordinates(form.lat, form.lon)
    if read.lon is None or read.lat is None:
        note = read.note or told("chưa ghi tọa độ.")
        raise InvalidValueError(
            told("Tọa độ: {note} Ghi độ WGS 84, ví dụ 14,65123 và 107,85123.", note=note)
        )
    try:
        radius_m = parse_radius_m(form.radius)
    except UnreadableCellError as error:
        raise _refused(told("Bán kính"), error) from None
    if radius_m is None:
        raise InvalidValueError(told("Bán kính: hãy ghi số mét, ví dụ 800."))
    area = circle(read.lon, read.lat, radius_m)
    at = f"{vn_number(read.lat, 5)}; {vn_number(read.lon, 5)}"
    text = f"Bán kính {vn_number(radius_m)} m quanh điểm {at}"
    made = replace(bare, lon=read.lon, lat=read.lat, radius_m=radius_m, area=area, area_text=text)
    return inside(atlas, made, atlas.touched(area), viewer.scope)


def _day(label: str, text: str) -> date:
    try:
        dated = parse_date(text, today=LAST_DAY)
    except UnreadableCellError as error:
        raise _refused(label, error) from None
    if dated is None:
        raise InvalidValueError(told("{field}: hãy ghi ngày.", field=label))
    if dated.precision is not DatePrecision.DAY:
        raise InvalidValueError(told("{field}: hãy ghi đủ ngày, tháng và năm.", field=label))
    return dated.on


def _refused(label: str, reason: object) -> InvalidValueError:
    return InvalidValueError(told("{field}: {reason}.", field=label, reason=str(reason)))


def _clean(text: str) -> str:
    """A text as it may be kept: single spaces, no numbers or names of persons."""
    return typed_text(text)


def _audit(
    session: Session, viewer: Viewer, action: str, id: int, *, at: datetime, reason: str = ""
) -> None:
    detail = {"reason": reason} if reason else {}
    audit.record(session, viewer, action, f"campaign:{id}", detail, at=at)
