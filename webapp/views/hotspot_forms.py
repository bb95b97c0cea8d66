"""The forms by which a person puts a place on the register or corrects what stands of it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request

from webapp import labels
from webapp.security import viewer
from webapp.services import hand_writing
from webapp.services.hand_imports import Outcome
from webapp.services.hotspot_entry import BEGINNINGS, HOTSPOTS, HotspotForm
from webapp.told import told
from webapp.views.context import hotspot_address, site
from webapp.views.placed_forms import (
    FormPages,
    place_named,
    sent_place,
    sent_texts,
)

spot_forms = Blueprint("spot_forms", __name__)


def _form_page(form: HotspotForm, id: int | None, done: Outcome) -> str:
    return render_template(
        "hotspot_form.html",
        form=form,
        id=id,
        done=done,
        here=place_named(form.place),
        beginnings=BEGINNINGS,
        back="/hotspots" if id is None else _page_of(id),
    )


def _page_of(id: int) -> str:
    stored = hand_writing.find(site().database, viewer(), HOTSPOTS, id)
    return hotspot_address(stored.ref, stored.source)


def _sent() -> HotspotForm:
    return HotspotForm(
        **sent_texts("ref", "name", "kind", "event", "on", "note"),
        is_dwelling=request.form.get("is_dwelling") == "1",
        place=sent_place(),
    )


_FORMS = FormPages(
    register=HOTSPOTS,
    what=told("điểm"),
    begun=lambda place: HotspotForm(on=labels.vn_date(site().today()), place=place),
    moved=lambda form, place: replace(form, place=place),
    sent=_sent,
    show=_form_page,
    page=_page_of,
    typed=lambda form: (form.name, form.note, form.place.address),
    entered=told("Đã ghi điểm vào hồ sơ."),
    corrected=told("Đã sửa hồ sơ điểm; nội dung trước đó được giữ lại."),
)

_FORMS.serve(spot_forms, "/hotspots")
