"""The demo: a simulated world, sent in as files, analysed, with accounts to sign in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from geo.crosswalk import load_crosswalk
from geo.records import Period
from geo.simulation import Fate, PlantedPlace, SimulatedCommune, Simulation, simulate
from geo.terms import EventType, Layer
from models import audit, communes, imports, periods, site, users
from models.errors import ConflictError
from models.session import Database, unit_of_work
from models.viewers import Role, Scope, Viewer
from webapp.services.accounts import add_account
from webapp.services.analyse import analyse
from webapp.services.ingest import import_file
from webapp.services.simulated_files import SimulatedFiles, write_files
from webapp.services.simulated_standing import assess_finished_year

PROVINCES = ("31", "51", "66", "68", "80")
"""Hải Phòng, Quảng Ngãi, Đắk Lắk, Lâm Đồng, Tây Ninh."""

SITE_KEY = "simulated"
"""Site fact that marks a demo and keeps the seed and the planted truth."""

N_PERIODS = 3
N_INCIDENTS = 3_000

Step = Callable[[str], None]
"""Called with a Vietnamese line when a step of the demo begins."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo with the password to show on the terminal."""

    role: Role
    username: str
    password: str


def build_demo(
    database: Database,
    viewer: Viewer,
    *,
    seed: int,
    at: datetime,
    hash_password: Callable[[str], str],
    new_password: Callable[[], str],
    n_incidents: int = N_INCIDENTS,
    tell: Step = lambda _line: None,
) -> list[DemoAccount]:
    """Fill a new database, boundaries installed, with a simulated world.

    The records are written as spreadsheets and imported like anyone's; what was
    planted is kept under the site fact `simulated`. Returns one account a role.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    ConflictError
        If the database holds imports or accounts already.
    NotAllowedError
        If the viewer may not write, or is no admin.
    """
    viewer.require_write()
    _require_fresh(database, viewer)
    today = periods.today(at)
    tell("Mô phỏng vụ việc, điểm, tụ điểm và chỉ tiêu cho năm tỉnh")
    rng = np.random.default_rng(seed)
    where, when = load_communes(database, viewer), demo_periods(today)
    world = simulate(rng, where, when, today, n_incidents=n_incidents)
    _mark(database, viewer, seed, world)
    _import_world(database, viewer, world, where, rng, today=today, tell=tell)
    tell("Tìm cụm và đánh giá xã")
    analyse(database, viewer, as_of=today, at=at)
    commune = _telling_commune(world.places)
    assess_finished_year(database, viewer, rng, when[-2], commune.province_code)
    add = partial(add_account, database, viewer, at=at, hash_password=hash_password)
    return _add_accounts(add, new_password, commune)


def _require_fresh(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database, viewer, read_only=True) as session:
        in_use = imports.list_imports(session, viewer, 1) or users.list_users(session, viewer)
    if in_use:
        raise ConflictError(
            "Cơ sở dữ liệu này đã có dữ liệu hoặc tài khoản; bản mô phỏng chỉ dựng vào cơ sở "
            "dữ liệu mới. Hãy đặt DIABAN_DATA_DIR sang thư mục khác rồi chạy lại."
        )


def demo_periods(today: date) -> list[Period]:
    """Return the evaluation period that holds a day, after those before it.

    >>> [p.end.year for p in demo_periods(date(2026, 12, 20))]
    [2025, 2026, 2027]
    """
    year = periods.period_of(today).end.year
    return [periods.evaluation_period(y) for y in range(year - N_PERIODS + 1, year + 1)]


def load_communes(database: Database, viewer: Viewer) -> list[SimulatedCommune]:
    """The communes of the demo's provinces on the map in force."""
    with unit_of_work(database, viewer, read_only=True) as session:
        version = communes.current_version(session, viewer)
        names = communes.province_names(session, viewer)
        shapes = [
            shape
            for province in PROVINCES
            for shape in communes.commune_shapes(session, viewer, version.id, "full", province)
        ]
    old = _old_addresses()
    return [
        SimulatedCommune(
            code=shape.code,
            full_name=shape.full_name,
            province_code=shape.province_code,
            province_name=names[shape.province_code],
            geometry=shape.geometry,
            is_border=bool(shape.border_with),
            old_addresses=old.get(shape.code, ()),
        )
        for shape in shapes
    ]


def _old_addresses() -> Mapping[str, tuple[str, ...]]:
    """Names of the old units with their parents, by the commune that followed them."""
    addresses: dict[str, list[str]] = defaultdict(list)
    for unit in load_crosswalk():
        for heir in unit.successors:
            if heir.is_default:
                parts = (unit.full_name, unit.district, unit.province)
                addresses[heir.code].append(", ".join(filter(None, parts)))
    return {code: tuple(names) for code, names in addresses.items()}


def _mark(database: Database, viewer: Viewer, seed: int, world: Simulation) -> None:
    fact = {"seed": seed, "truth": [_truth(place) for place in world.places]}
    with unit_of_work(database, viewer) as session:
        site.put(session, viewer, SITE_KEY, fact)
        audit.record(session, viewer, "demo", f"seed:{seed}", {"incidents": len(world.incidents)})


def _truth(place: PlantedPlace) -> dict[str, Any]:
    return {
        "ref": place.ref,
        "fate": place.fate.value,
        "kind": place.kind.value,
        "commune": place.commune.code,
        "lon": place.lon,
        "lat": place.lat,
        "opened": place.opened.isoformat(),
        "cleared": None if place.cleared is None else place.cleared.isoformat(),
        "recorded": bool(place.events),
        "n": place.n,
        "n_after": place.n_after,
    }


def _import_world(
    database: Database,
    viewer: Viewer,
    world: Simulation,
    where: Sequence[SimulatedCommune],
    rng: np.random.Generator,
    *,
    today: date,
    tell: Step,
) -> None:
    with TemporaryDirectory() as folder:
        files = write_files(world, where, Path(folder), rng, today)
        _import_all(database, viewer, files, today, tell)


def _import_all(
    database: Database, viewer: Viewer, files: SimulatedFiles, today: date, tell: Step
) -> None:
    inputs = [
        (Layer.HOTSPOTS, files.hotspots),
        (Layer.INCIDENTS, files.incidents),
        *((Layer.INDICATORS, path) for path in files.indicators),
        (Layer.CAMPAIGNS, files.campaigns),
        (Layer.CORRIDORS, files.corridors),
        (Layer.FACILITIES, files.facilities),
    ]
    for layer, path in inputs:
        tell(f"Nạp {path.name}")
        import_file(database, viewer, layer, path, today=today)


def _wanted_accounts(commune: SimulatedCommune) -> list[tuple[Role, str, str, Scope]]:
    """Role, sign-in name, shown name and scope of every account."""
    return [
        (Role.PLANNER, "kehoach", "Cán bộ kế hoạch", Scope.nation()),
        (Role.COMMUNE, "canboxa", f"Cán bộ {commune.full_name}", Scope.commune(commune.code)),
        (Role.ANALYST, "phantich", "Cán bộ phân tích", Scope.provinces(commune.province_code)),
        (Role.ADMIN, "quantri", "Quản trị", Scope.nation()),
    ]


def _add_accounts(
    add: Callable[..., None], new_password: Callable[[], str], commune: SimulatedCommune
) -> list[DemoAccount]:
    accounts = []
    for role, username, name, scope in _wanted_accounts(commune):
        account = DemoAccount(role, username, new_password())
        add(
            username=username,
            display_name=name,
            password=account.password,
            role=role,
            scope=scope,
        )
        accounts.append(account)
    return accounts


def _telling_commune(places: Sequence[PlantedPlace]) -> SimulatedCommune:
    """A commune with something to see: a place cleared that came back unnoticed."""
    return next(
        place.commune
        for place in places
        if place.fate is Fate.RE_EMERGED and place.events[-1].type is EventType.CLEARED
    )
