"""The form of an incident: what a person typed, read field by field; a stored one filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from geo.cells import Dated, UnreadableCellError, parse_count, parse_date, parse_number
from geo.home_words import home_of
from geo.readers import MAX_OFFENDERS
from geo.records import Incident, Seizure
from geo.seizures import MAX_QUANTITY
from geo.terms import AtHome, DatePrecision, DetectedBy, IncidentKind, SeizureUnit, Substance
from geo.typed_text import typed_text, without_marks
from webapp.services.entered_places import PlaceForm, degrees_text

MAX_REF = 80
MAX_SEIZURES = 12

GRAM = "g"
"""A unit of the form alone: stored are kilograms."""

UNITS: Mapping[str, tuple[SeizureUnit, float]] = {
    GRAM: (SeizureUnit.KG, 1e-3),
    **{unit.value: (unit, 1.0) for unit in SeizureUnit},
}
"""Units to choose from: the stored unit and the factor to it."""

VERIFIED = {"yes": True, "no": False}
_AMOUNT = "ghi số không âm, ví dụ 12,5; bỏ trống nếu không rõ bao nhiêu"


@dataclass(frozen=True, slots=True)
class SeizureForm:
    """One line of what was seized, as typed."""

    substance: str = ""
    quantity: str = ""
    unit: str = GRAM

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in the line; a unit is always chosen."""
        return not (self.substance or self.quantity.strip())


@dataclass(frozen=True, slots=True)
class IncidentForm:
    """What a person filled in, as typed; an empty `verified` follows the detecting body,
    an empty `home` the words of the place."""

    ref: str = ""
    on: str = ""
    kind: str = ""
    detected_by: str = DetectedBy.UNKNOWN.value
    verified: str = ""
    offenders: str = ""
    home: str = ""
    place: PlaceForm = field(default_factory=PlaceForm)
    seizures: tuple[SeizureForm, ...] = ()

    def seizures_typed(self) -> tuple[SeizureForm, ...]:
        """The lines in which something stands."""
        return tuple(line for line in self.seizures if not line.is_empty)


@dataclass(frozen=True, slots=True)
class IncidentFields:
    """The fields of a form that could be read, without the place."""

    ref: str
    dated: Dated
    kind: IncidentKind
    detected_by: DetectedBy
    verified: bool
    offenders: int | None
    seizures: tuple[Seizure, ...]
    home: AtHome | None


@dataclass(slots=True)
class _Reading:
    """The errors of a form by field while it is read."""

    errors: dict[str, str]

    def fail(self, field: str, reason: str) -> None:
        self.errors.setdefault(field, reason[:1].upper() + reason[1:].rstrip(".") + ".")


def read_incident(
    form: IncidentForm, today: date
) -> tuple[IncidentFields | None, Mapping[str, str]]:
    """The fields of a form, or the reasons by field why they cannot be used."""
    reading = _Reading({})
    fields = IncidentFields(
        ref=_ref(reading, form.ref),
        dated=_day(reading, form.on, today),
        kind=_kind(reading, form.kind),
        detected_by=_body(reading, form.detected_by),
        verified=VERIFIED.get(form.verified, form.detected_by != DetectedBy.TIP.value),
        offenders=_offenders(reading, form.offenders),
        seizures=_seizures(reading, form.seizures),
        home=AtHome(form.home) if form.home in set(AtHome) else None,
    )
    return (None if reading.errors else fields), reading.errors


def form_of(incident: Incident) -> IncidentForm:
    """A form filled in with what is stored."""
    place = incident.placement
    by_words = incident.home in (None, home_of(incident.address_text))
    return IncidentForm(
        ref=incident.ref,
        on=date_text(incident.occurred_on, incident.date_precision),
        kind=incident.kind.value,
        detected_by=incident.detected_by.value,
        verified="yes" if incident.verified else "no",
        offenders="" if incident.offenders is None else str(incident.offenders),
        home="" if by_words else str(incident.home),
        place=PlaceForm(degrees_text(place.lat), degrees_text(place.lon), incident.address_text),
        seizures=tuple(map(_seizure_form, incident.seizures)),
    )


def date_text(on: date, precision: DatePrecision) -> str:
    """A date as it is typed, as finely as it is known.

    >>> date_text(date(2026, 6, 1), DatePrecision.MONTH)
    '06/2026'
    """
    patterns = {DatePrecision.MONTH: "%m/%Y", DatePrecision.YEAR: "%Y"}
    return on.strftime(patterns.get(precision, "%d/%m/%Y"))


def _ref(reading: _Reading, text: str) -> str:
    kept = typed_text(text).strip()
    if text.strip() and not without_marks(kept):
        reading.fail("ref", "số hồ sơ không được là tên người hay số giấy tờ; bỏ trống thì tự đánh")
    if len(kept) > MAX_REF:
        reading.fail("ref", f"số hồ sơ dài quá {MAX_REF} ký tự")
    return kept


def _day(reading: _Reading, text: str, today: date) -> Dated:
    try:
        found = parse_date(text, today=today)
    except UnreadableCellError as error:
        found = None
        reading.fail("on", str(error))
    if found is None:
        reading.fail("on", "hãy ghi ngày xảy ra, ví dụ 14/06/2026; chỉ biết tháng thì ghi 06/2026")
        return Dated(today)
    return found


def _kind(reading: _Reading, text: str) -> IncidentKind:
    if text not in set(IncidentKind):
        reading.fail("kind", "hãy chọn hành vi")
        return IncidentKind.USE
    return IncidentKind(text)


def _body(reading: _Reading, text: str) -> DetectedBy:
    if text not in set(DetectedBy):
        reading.fail("detected_by", "hãy chọn đơn vị phát hiện")
        return DetectedBy.UNKNOWN
    return DetectedBy(text)


def _offenders(reading: _Reading, text: str) -> int | None:
    try:
        return parse_count(text, maximum=MAX_OFFENDERS)
    except UnreadableCellError as error:
        reading.fail("offenders", str(error))
        return None


def _seizures(reading: _Reading, lines: tuple[SeizureForm, ...]) -> tuple[Seizure, ...]:
    found = []
    for line in lines:
        if line.is_empty:
            continue
        if line.substance not in set(Substance) or line.unit not in UNITS:
            reading.fail("seizures", "hãy chọn chất và đơn vị ở mỗi dòng tang vật")
            continue
        unit, factor = UNITS[line.unit]
        amount = _quantity(reading, line.quantity)
        found.append(Seizure(Substance(line.substance), amount * factor, unit))
    if len(found) > MAX_SEIZURES:
        reading.fail("seizures", f"nhiều nhất {MAX_SEIZURES} dòng tang vật")
    return tuple(found)


def _quantity(reading: _Reading, text: str) -> float:
    """An amount; an empty one is 0, which means seized, not known how much."""
    try:
        amount = parse_number(text) or 0.0
    except UnreadableCellError:
        amount = -1.0
    if not 0 <= amount <= MAX_QUANTITY:
        reading.fail("seizures", f"lượng «{text.strip()[:40]}» không đọc được: {_AMOUNT}")
    return amount


def _seizure_form(seizure: Seizure) -> SeizureForm:
    in_grams = seizure.unit is SeizureUnit.KG and seizure.quantity < 1
    quantity = seizure.quantity * 1_000 if in_grams else seizure.quantity
    written = f"{quantity:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    unit = GRAM if in_grams else seizure.unit.value
    return SeizureForm(seizure.substance.value, written if quantity else "", unit)
