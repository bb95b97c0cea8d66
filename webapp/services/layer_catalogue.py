"""The layers that can be had in other tools: what each is, its fields, which filters it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.layer_stream import Field, Shape
from webapp.services.layer_fields import FACILITIES, HOTSPOTS, INCIDENTS
from webapp.services.layer_fields_areas import (
    BORDER_SEGMENTS,
    CLUSTERS,
    COMMUNES,
    CORRIDORS,
    PROVINCES,
)

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "province_code": "province",
        "commune_code": "commune",
        "since": "from",
        "until": "to",
        "period": "period",
        "bbox": "bbox",
        "kinds": "kind",
        "sides": "side",
        "substances": "substance",
        "detected_by": "detected",
        "near": "near",
        "statuses": "status",
        "precisions": "precision",
        "flags": "flag",
        "classes": "class",
        "verified": "verified",
        "boundaries": "boundaries",
        "where": "filter",
    }
)
"""The parameter of an address for each filter of a `LayerQuery`."""

EVERY = frozenset({"province_code", "commune_code", "bbox", "where"})
"""Filters that every layer of records takes."""


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer.

    `title` and `says` tell in Vietnamese what it is. `takes` names the filters of a
    `LayerQuery` that it honours; `as_of`, `ids`, `after` and `limit` all do. `id_field` holds the
    id of a feature. `time` names the field of the day that `since` and `until` are compared
    with, or those of the first and the last day, or is empty.
    """

    name: str
    title: str
    says: str
    shape: Shape
    fields: tuple[Field, ...]
    id_field: str
    takes: frozenset[str]
    time: tuple[()] | tuple[str] | tuple[str, str] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields in order."""
        return tuple(each.name for each in self.fields)

    def field_of(self, name: str) -> str:
        """The field that a filter of words, as `kinds`, is compared with."""
        return _FIELDS[name] if name != "kinds" else _KINDS.get(self.name, "kind")

    def words(self) -> dict[str, Mapping[str, str]]:
        """The codes of every filter of words that it takes, with what they mean."""
        codes = {each.name: each.codes for each in self.fields}
        wanted = [name for name in ("kinds", *_FIELDS) if name in self.takes]
        return {name: codes[self.field_of(name)] for name in wanted}

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of an address that it takes, in the order of `PARAMETERS`."""
        return tuple(said for name, said in PARAMETERS.items() if name in self.takes)


_FIELDS: Mapping[str, str] = {
    "sides": "side",
    "substances": "substances",
    "detected_by": "detected_by",
    "statuses": "status",
    "precisions": "precision",
    "flags": "flag",
    "classes": "class",
}
_KINDS = {"corridors": "mode", "clusters": "top_kind"}

_DAYS = frozenset({"since", "until"})

_ALL = (
    LayerInfo(
        "incidents",
        "Vụ việc",
        "Vụ việc đã ghi nhận, mỗi vụ một điểm; vụ chỉ biết đến xã không có điểm.",
        Shape.POINT,
        INCIDENTS,
        "id",
        EVERY
        | _DAYS
        | {"kinds", "sides", "substances", "detected_by", "near"}
        | {"precisions", "verified", "boundaries"},
        ("occurred_on",),
    ),
    LayerInfo(
        "hotspots",
        "Điểm, tụ điểm",
        "Điểm, tụ điểm trong hồ sơ với tình trạng tại một ngày.",
        Shape.POINT,
        HOTSPOTS,
        "id",
        EVERY | _DAYS | {"kinds", "statuses", "precisions"},
        ("status_since",),
    ),
    LayerInfo(
        "clusters",
        "Cụm vụ việc",
        "Cụm của lần phân tích chính thức mới nhất, mỗi cụm một vùng.",
        Shape.AREAS,
        CLUSTERS,
        "stable_id",
        EVERY | _DAYS | {"kinds", "flags"},
        ("first_date", "last_date"),
    ),
    LayerInfo(
        "communes",
        "Xã, phường, đặc khu",
        "Ranh giới cấp xã với phân loại trong một kỳ.",
        Shape.AREAS,
        COMMUNES,
        "code",
        EVERY | {"classes", "period", "boundaries"},
    ),
    LayerInfo(
        "provinces",
        "Tỉnh, thành phố",
        "Ranh giới cấp tỉnh với số xã theo phân loại trong một kỳ.",
        Shape.AREAS,
        PROVINCES,
        "code",
        frozenset({"province_code", "bbox", "where", "period"}),
    ),
    LayerInfo(
        "corridors",
        "Tuyến trọng điểm",
        "Tuyến trọng điểm đã phê duyệt, có hiệu lực trong những ngày đã chọn.",
        Shape.LINES,
        CORRIDORS,
        "id",
        EVERY | _DAYS | {"kinds"},
        ("valid_from", "valid_to"),
    ),
    LayerInfo(
        "border_segments",
        "Đoạn biên giới",
        "Đoạn biên giới đất liền dài khoảng 10 km với số liệu theo dải độ sâu.",
        Shape.LINES,
        BORDER_SEGMENTS,
        "segment",
        EVERY | _DAYS | {"period"},
    ),
    LayerInfo(
        "facilities",
        "Cơ sở, địa điểm",
        "Trường học, cơ sở kinh doanh có điều kiện, cơ sở cai nghiện, bến cảng, nhà ga.",
        Shape.POINT,
        FACILITIES,
        "id",
        EVERY | {"kinds", "precisions"},
    ),
)

LAYERS: Mapping[str, LayerInfo] = MappingProxyType({each.name: each for each in _ALL})
"""All layers by name."""
