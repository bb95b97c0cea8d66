"""What makes an exported layer honest: what it is, of when, on which map, under which rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import webapp
from geo.export_places import WGS84
from geo.layer_stream import Field
from geo.records import Period
from models import communes, runs, site
from models.boundary_versions import BoundaryVersion
from models.disclosure import sees_homes
from models.facility_nearness import Near
from models.ruleset import ruleset_for
from models.session import Session
from models.viewers import ScopeKind, Viewer
from webapp.labels import ROLES, SCOPES
from webapp.services.class_terms import usual_term
from webapp.services.layer_areas import map_of
from webapp.services.layer_catalogue import LAYERS, PARAMETERS
from webapp.services.layer_query import LayerQuery

OFFICIAL = "Dữ liệu nghiệp vụ nội bộ: chỉ dùng cho công việc được giao, không công bố, chuyển tiếp."
INVENTED = "Dữ liệu mô phỏng, không nói về người hay vụ việc có thật: dùng tự do."

OF_HOMES = "Tài khoản được xem nơi ở: vị trí và địa chỉ giữ nguyên như đã lưu; không chia sẻ tiếp."
ON_GRID = (
    "Nơi ở, và vụ việc có thể ở nơi ở, chỉ cho biết điểm giữa ô vuông 250 m (on_grid), không có "
    "địa chỉ; bản ghi chỉ biết đến xã không có điểm."
)
PUBLIC = "Lớp này không có thông tin phải giới hạn theo tài khoản."
_OF_CASES = frozenset({"incidents", "hotspots", "clusters"})
_CLASSED = frozenset({"communes", "provinces"})


@dataclass(frozen=True, slots=True)
class Made:
    """How a layer leaves: format, EPSG code, when (aware), the address that repeats it."""

    format: str
    at: datetime
    crs: int = WGS84
    address: str = ""


def layer_metadata(
    session: Session, viewer: Viewer, query: LayerQuery, made: Made
) -> dict[str, Any]:
    """The metadata of a layer, ready for JSON.

    Raises
    ------
    NotFoundError
        If there is no map.
    """
    info = LAYERS[query.layer]
    period = None
    if query.layer in _CLASSED:
        period = query.period or usual_term(session, viewer, query.as_of)
    version = communes.current_version(session, viewer)
    if query.layer == "communes" and period is not None:
        version = map_of(session, viewer, query, period)
    simulated = bool(site.get(session, viewer, "simulated"))
    return {
        "title": f"{info.title} – Địa Bàn",
        "layer": query.layer,
        "what": info.says,
        "filter": filter_told(query),
        "as_of": query.as_of.isoformat(),
        "province_code": query.province_code,
        "exported_at": made.at.isoformat(timespec="seconds"),
        "format": made.format,
        "crs": "OGC:CRS84" if made.crs == WGS84 else f"EPSG:{made.crs}",
        **_of_map(version, query),
        **_of_rules(period),
        "licence": INVENTED if simulated else OFFICIAL,
        "marks": list(_marks(version, simulated=simulated)),
        "software": f"Địa Bàn {webapp.__version__}",
        "scope": scope_told(viewer),
        "disclosure": _disclosure(viewer, query.layer),
        **(_of_run(session, viewer) if query.layer == "clusters" else {}),
        "address": made.address,
        "fields": [_field(each) for each in info.fields],
    }


def filter_told(query: LayerQuery) -> dict[str, Any]:
    """The filters that were given, by the parameters of an address."""
    nothing = LayerQuery(query.layer, query.as_of)
    return {
        parameter: _plain(getattr(query, name))
        for name, parameter in PARAMETERS.items()
        if getattr(query, name) != getattr(nothing, name)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Near):
        return ",".join(f"{kind.value}:{within_m:g}" for kind, within_m in value.kinds)
    if isinstance(value, Period):
        return f"{value.start}/{value.end}"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _of_map(version: BoundaryVersion, query: LayerQuery) -> dict[str, Any]:
    return {
        "boundaries": f"{version.source} ({version.vintage})",
        "boundaries_from": version.valid_from.isoformat(),
        "boundaries_licence": version.licence,
        "boundaries_sha256": version.sha256,
        "boundaries_mode": query.boundaries.value,
    }


def _of_rules(period: Period | None) -> dict[str, Any]:
    """The rule set by which classes were made, where the layer has classes."""
    if period is None:
        return {"rulesets": []}
    rules = ruleset_for(period)
    return {"period": _plain(period), "rulesets": [{"name": rules.name, "title": rules.title}]}


def _marks(version: BoundaryVersion, *, simulated: bool) -> Iterator[str]:
    if version.approximate:
        yield "ranh giới gần đúng"
    if simulated:
        yield "dữ liệu mô phỏng"


def scope_told(viewer: Viewer) -> dict[str, Any]:
    """For whom a layer was made: role and area, no name."""
    scope = viewer.scope
    area = SCOPES[scope.kind]
    if scope.kind is not ScopeKind.NATION:
        area = f"{area}: {', '.join(sorted(scope.codes))}"
    return {"role": ROLES[viewer.role], "area": area}


def _disclosure(viewer: Viewer, layer: str) -> str:
    if layer not in _OF_CASES:
        return PUBLIC
    return OF_HOMES if sees_homes(viewer) else ON_GRID


def _of_run(session: Session, viewer: Viewer) -> dict[str, Any]:
    """What the run of the clusters read, and with which parameters."""
    run = runs.latest_run(session, viewer)
    if run is None:
        return {}
    method = {name: run.parameters.get(name) for name in ("eps_m", "min_samples", "eps_days")}
    since = run.since.isoformat() if run.since else None
    return {"run_id": run.id, "run_since": since, "run_as_of": run.as_of.isoformat(), **method}


def _field(field: Field) -> Mapping[str, Any]:
    told = {"name": field.name, "type": field.type.value, "vi": field.vi, "en": field.en}
    codes = {str(code): word for code, word in field.codes.items()}
    return told | ({"codes": codes} if codes else {})
