"""All provinces with their communes by class: what is everybody's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain

from geo.alphabet import vietnamese_key
from geo.records import Period
from geo.standing_terms import UnitLevel
from geo.terms import CommuneClass
from models import communes
from models.assessment_steps import StepHead, latest_steps
from models.periods import is_provisional
from models.ruleset import ruleset_for
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.class_terms import list_terms, usual_term
from webapp.services.overview import find_version
from webapp.services.progress_history import drug_free_share
from webapp.services.standing import commune_standings

KEY = (CommuneClass.TYPE_1, CommuneClass.TYPE_2, CommuneClass.TYPE_3)
SORTS = ("name", "free", "key", "unknown")


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """Communes of an area by class; those without one are unknown.

    `tells_drug_free`: whether the rule set of the period can say that one is drug-free.
    """

    total: int
    by_class: Mapping[CommuneClass, int]
    tells_drug_free: bool = True

    @property
    def drug_free(self) -> int:
        """Drug-free communes."""
        return self.by_class[CommuneClass.DRUG_FREE]

    @property
    def key(self) -> int:
        """Key communes of any type."""
        return sum(self.by_class[cls] for cls in KEY)

    @property
    def unknown(self) -> int:
        """Communes whose class is not known."""
        return self.by_class[CommuneClass.UNKNOWN]

    @property
    def known(self) -> int:
        """Communes whose class is known."""
        return self.total - self.unknown

    @property
    def counts_drug_free(self) -> bool:
        """Whether the number of drug-free communes says something; a missing one is no zero."""
        return bool(self.known) and (self.tells_drug_free or bool(self.drug_free))

    @property
    def share(self) -> Fraction | None:
        """Drug-free communes of all, by the same rule as the page of progress."""
        return drug_free_share(self.drug_free, self.total, self.known, tells=self.tells_drug_free)


@dataclass(frozen=True, slots=True)
class ProvinceLine:
    """One province; `step` is the last one of its own assessment, None where nobody took one."""

    code: str
    name: str
    counts: ClassCounts
    step: StepHead | None


@dataclass(frozen=True, slots=True)
class ProvinceIndex:
    """All provinces in a period, and the nation's totals."""

    period: Period
    periods: tuple[Period, ...]
    provisional: bool
    lines: tuple[ProvinceLine, ...]
    nation: ClassCounts


def count_classes(
    codes: Sequence[str], classes: Mapping[str, CommuneClass], period: Period
) -> ClassCounts:
    """Communes by class in a period; who has none is unknown."""
    tells = ruleset_for(period).commune.tells_drug_free
    counted = Counter(classes.get(code, CommuneClass.UNKNOWN) for code in codes)
    return ClassCounts(len(codes), {cls: counted[cls] for cls in CommuneClass}, tells)


def open_index(
    database: Database, viewer: Viewer, period: Period | None, sort: str, today: date
) -> ProvinceIndex:
    """All provinces of the map in force; everybody sees the classes of all of them.

    Parameters
    ----------
    period
        None: the usual one.
    sort
        One of `SORTS`: by name, else most first.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        shown = period or usual_term(session, viewer, today)
        periods = list_terms(session, viewer, today)
        codes, names = _communes_by_province(session, viewer)
        found = commune_standings(session, viewer, shown, today=today)
        steps = latest_steps(session, viewer, UnitLevel.PROVINCE, shown)
    classes = {code: CommuneClass(standing.cls) for code, standing in found.items()}
    lines = [
        ProvinceLine(code, names[code], count_classes(inside, classes, shown), steps.get(code))
        for code, inside in codes.items()
    ]
    return ProvinceIndex(
        period=shown,
        periods=periods if shown in periods else (shown, *periods),
        provisional=is_provisional(shown, today),
        lines=tuple(sorted(lines, key=lambda line: _rank(line, sort))),
        nation=count_classes(list(chain.from_iterable(codes.values())), classes, shown),
    )


def _communes_by_province(
    session: Session, viewer: Viewer
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Codes of the communes and the name of every province; empty without a map."""
    version = find_version(session, viewer)
    units = communes.commune_units(session, viewer, version.id) if version else []
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for unit in units:
        codes[unit.province_code].append(unit.code)
    return codes, {unit.province_code: unit.province_name for unit in units}


def _rank(line: ProvinceLine, sort: str) -> tuple[Fraction, str]:
    counts = line.counts
    free = counts.share
    if free is None:  # after all that have one, the known ones first
        free = Fraction(counts.drug_free, counts.total or 1) - 1
    by = {"free": free, "key": Fraction(counts.key), "unknown": Fraction(counts.unknown)}
    return -by.get(sort, Fraction(0)), vietnamese_key(line.name)
