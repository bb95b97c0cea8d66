"""Declaring the figures of a commune by a form, beside what the register counts.

A declaration is stored as an import of its own, so that it is told, versioned and undone
as any other. An empty field is no figure, never zero. What looks wrong is said before it
is stored, and stored only when the person says that it is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from geo.records import Indicators, Period
from geo.standing_terms import UnitLevel
from geo.terms import Layer
from models import indicators
from models.additions import digest_of
from models.commune_facts import register_figures
from models.errors import InvalidValueError
from models.imports import NewImport
from models.periods import (
    evaluation_period,
    half_year_period,
    is_reported,
    period_code,
    period_name,
    period_of,
)
from models.periods import today as day_of
from models.register_figures import Figure, RegisterFigures, combine
from models.repeating import repeatable
from models.ruleset import RuleSet, ruleset_for
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import COMMUNE_CLASSES, vn_date
from webapp.services import classify
from webapp.services.assessment_cases import Unit, find_unit
from webapp.services.declared_figures import (
    implausible,
    in_sentence,
    labels_of,
    read_figures,
    shown,
)
from webapp.services.storing import store_file
from webapp.told import told

SOURCE = "Khai báo trên trang của xã"
_EARLIER_YEARS = 2


@dataclass(frozen=True, slots=True)
class DeclareField:
    """One figure on the form.

    `typed` is what stands in it, `before` what was declared, `computed` what the
    register counts (empty where it has no record of the kind) by `records`, which
    `differs` from what was declared; `error` why it cannot be stored.
    """

    name: str
    label: str
    kind: str
    typed: str
    before: str
    computed: str
    records: tuple[str, ...]
    differs: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class DeclareForm:
    """The page: fields in the order of the rule set, what to check, what the register notes.

    `seen` marks the declaration that was on the screen; `periods` are codes and names
    to choose from; `begins` is the first day of a period that has not begun, of which
    nothing can be declared yet, and `running` the year that can.
    """

    unit: Unit
    period: Period
    period_code: str
    periods: tuple[tuple[str, str], ...]
    ruleset: str
    fields: tuple[DeclareField, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    seen: str
    begins: date | None
    running: tuple[str, str]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """What became of a form: stored (`import_id`, the class in words) or shown again."""

    form: DeclareForm | None
    import_id: int | None = None
    cls: str = ""
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent; `confirmed` says that the warnings were read and the figures are right."""

    typed: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""
    confirmed: bool = False


def open_form(
    database: Database, viewer: Viewer, code: str, period: Period, today: date
) -> DeclareForm:
    """The form filled in with what was declared for the period.

    Raises
    ------
    NotFoundError
        If the map in force has no such commune.
    NotAllowedError
        If the viewer may not declare for it.
    InvalidValueError
        If nothing is reported on such a period.
    """
    _require_reported(period)
    with unit_of_work(database, viewer, read_only=True) as session:
        known = _read(session, viewer, code, period, today)
    return _form(known, {name: shown(value) for name, value in known.before.items()}, today)


@repeatable
def declare(
    database: Database, viewer: Viewer, code: str, period: Period, sent: Sent, *, at: datetime
) -> Declared:
    """Store what was typed and classify the commune anew, or give the form back with reasons.

    Raises
    ------
    NotFoundError, NotAllowedError, InvalidValueError
        As `open_form`.
    """
    _require_reported(period)
    today = day_of(at)
    with unit_of_work(database, viewer) as session:
        indicators.keep_others_from_declaring(session, viewer)
        known = _read(session, viewer, code, period, today)
        figures, errors = read_figures(known.labels, sent.typed)
        form = _form(known, sent.typed, today, errors)
        if form.begins or errors:
            return Declared(replace(form, error=_not_begun(form.begins) or _WRONG))
        warnings = implausible(known.labels, figures)
        if known.seen != sent.seen:
            again = replace(form, error=_MEANWHILE, warnings=warnings)
            return Declared(again, is_conflict=True)
        if warnings and not sent.confirmed:
            return Declared(replace(form, warnings=warnings))
        return _store(session, viewer, known, Indicators(code, period, **figures), at)


def _require_reported(period: Period) -> None:
    if not is_reported(period):
        raise InvalidValueError(
            "«kỳ» (period): chỉ khai báo theo năm đánh giá, 6 tháng, quý hoặc tháng báo cáo, ví dụ "
            f"2026, 2026H1, 2026Q2, 2026-03; nhận kỳ {period_name(period)}."
        )


def _not_begun(begins: date | None) -> str:
    if begins is None:
        return ""
    return told("Kỳ này bắt đầu ngày {day}, chưa thể khai báo; chưa lưu gì.", day=begins)


_WRONG = told("Có ô chưa dùng được; chưa lưu gì. Hãy sửa các ô có dòng chữ đỏ rồi gửi lại.")
_MEANWHILE = told(
    "Chỉ tiêu của xã vừa được khai báo ở nơi khác sau khi đồng chí mở trang này; chưa lưu gì. Cột "
    "«đã khai báo» bên dưới là bản mới. Bấm «Lưu» lần nữa thì những ô dưới đây thay bản ấy."
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a form is made from."""

    unit: Unit
    period: Period
    ruleset: RuleSet
    declared: Indicators | None
    register: RegisterFigures
    figures: Mapping[str, Figure]

    @property
    def before(self) -> dict[str, Any]:
        return {name: getattr(self.declared, name, None) for name in self.labels}

    @property
    def labels(self) -> Mapping[str, str]:
        return labels_of(self.ruleset)

    @property
    def seen(self) -> str:
        return digest_of(*self.before.values())[:16]


def _read(session: Session, viewer: Viewer, code: str, period: Period, today: date) -> _Known:
    unit = find_unit(session, viewer, UnitLevel.COMMUNE, code)
    viewer.require_declare(unit.province_code, code)
    declared = indicators.find_indicators(session, viewer, period, code)
    register = register_figures(session, viewer, period, commune_code=code, until=today).get(
        code, RegisterFigures()
    )
    stands = declared[0] if declared else None
    _, figures = combine(stands or Indicators(code, period), register)
    return _Known(unit, period, ruleset_for(period), stands, register, {f.name: f for f in figures})


def _form(
    known: _Known, typed: Mapping[str, str], today: date, errors: Mapping[str, str] | None = None
) -> DeclareForm:
    return DeclareForm(
        unit=known.unit,
        period=known.period,
        period_code=period_code(known.period),
        periods=tuple(_choices(known.period, today)),
        ruleset=known.ruleset.title,
        fields=tuple(
            _field(known, name, label, typed.get(name, ""), (errors or {}).get(name, ""))
            for name, label in known.labels.items()
        ),
        warnings=(),
        notes=known.register.notes,
        seen=known.seen,
        begins=known.period.start if known.period.start > today else None,
        running=(period_code(period_of(today)), period_name(period_of(today))),
    )


def _field(known: _Known, name: str, label: str, typed: str, error: str) -> DeclareField:
    figure = known.figures.get(name)
    counted = figure is not None and figure.computed is not None
    kinds = {"on_key_route": "flag", "plant_area_m2": "area"}
    return DeclareField(
        name=name,
        label=in_sentence(label),
        kind=kinds.get(name, "count"),
        typed=typed,
        before=shown(known.before[name]),
        computed=shown(figure.computed) if figure is not None and counted else "",
        records=figure.records if figure is not None and counted else (),
        differs=figure is not None and figure.differs,
        error=error,
    )


def _store(
    session: Session, viewer: Viewer, known: _Known, row: Indicators, at: datetime
) -> Declared:
    code, period = row.commune_code, row.period
    plain = json.dumps(asdict(row), default=str, sort_keys=True)
    new = NewImport(
        layer=Layer.INDICATORS,
        file_name=f"Khai báo {known.unit.name}, {period_name(period)}",
        file_sha256=digest_of(plain),
        source=SOURCE,
        titles=(f"Kỳ {vn_date(period.start)} - {vn_date(period.end)}",),
    )
    stored = store_file(session, viewer, new, [row], [], at=at)
    found = classify.evaluate(session, viewer, period, commune_code=code, until=day_of(at))
    cls = COMMUNE_CLASSES[found[code].cls] if code in found else ""
    return Declared(None, stored.import_id, cls)


def _choices(period: Period, today: date) -> list[tuple[str, str]]:
    """The period shown, the year under way, its first half, and the years before."""
    year = period_of(today).end.year
    offered = [evaluation_period(year - n) for n in range(_EARLIER_YEARS + 1)]
    offered.insert(1, half_year_period(year))
    if period not in offered:
        offered.insert(0, period)
    return [(period_code(p), period_name(p)) for p in offered]
