"""What each address of the API answers, as JSON Schema."""

from __future__ import annotations

from geo.terms import (
    ClusterFlag,
    CommuneClass,
    EventType,
    FacilityKind,
    HotspotKind,
    HotspotStatus,
    IncidentKind,
    Lineage,
    Precision,
    Side,
)
from webapp.services.api_shapes import (
    CODE,
    COUNT,
    DAY,
    GEOMETRY,
    LAT,
    LON,
    NUMBER,
    PLACE,
    TEXT,
    WHOLE,
    YES_NO,
    Shape,
    by_name,
    features,
    one_of,
    or_null,
    record,
    row,
    rows,
    word,
)

PERIOD = record({"start": DAY, "end": DAY, "provisional": YES_NO})
CLASSES = record({"period": PERIOD, "classes": by_name(word(CommuneClass))})
COMMUNES = features(
    record(
        {
            "code": CODE,
            "name": TEXT,
            "province": CODE,
            "border": TEXT,
            "at": PLACE,
            "class": word(CommuneClass),
        }
    )
)
COMMUNE = record(
    {
        "code": CODE,
        "name": TEXT,
        "in_scope": YES_NO,
        **dict.fromkeys(("cases", "offenders"), or_null(COUNT)),
        "hotspots": or_null(by_name(COUNT)),
    }
)
PROVINCES = features(
    record({"code": CODE}, {"name": TEXT, "at": PLACE, "main": row(LON, LAT, LON, LAT)})
)
BORDER_LINE = record({"neighbour": TEXT, "length_km": COUNT})
GATE = record({"name": TEXT, "kind": TEXT, "neighbour": TEXT, "lon": LON, "lat": LAT})
BORDER = record(
    {"lines": features(BORDER_LINE), "bands": features(BORDER_LINE), "gates": rows(GATE)}
)
_HOTSPOT: dict[str, Shape] = {
    "id": WHOLE,
    **dict.fromkeys(("ref", "source", "name"), TEXT),
    "kind": word(HotspotKind),
    "status": word(HotspotStatus),
    "lon": or_null(LON),
    "lat": or_null(LAT),
    "precision": word(Precision),
    "dwelling": YES_NO,
    "commune": or_null(CODE),
    "events": rows(row(word(EventType), DAY, TEXT)),
}
HOTSPOTS = record({"hotspots": rows(record(_HOTSPOT))})
_CHANGE = record(
    dict.fromkeys(("after", "before", "days"), COUNT)
    | dict.fromkeys(("ratio", "low", "high"), or_null(NUMBER))
)
CLUSTER = record(
    {
        "id": WHOLE,
        "stable_id": TEXT,
        "n": COUNT,
        "flag": word(ClusterFlag),
        "lineage": word(Lineage),
        "parents": rows(TEXT),
        **dict.fromkeys(("first", "last"), or_null(DAY)),
        "nearest": or_null(TEXT),
        **dict.fromkeys(("nearest_m", "border_m"), or_null(COUNT)),
        "lon": LON,
        "lat": LAT,
        "communes": rows(CODE),
        "hull": GEOMETRY,
        "top_kind": or_null(word(IncidentKind)),
        "top_kind_n": COUNT,
        "change": or_null(_CHANGE),
        "border_with": TEXT,
        "partial": YES_NO,
    }
)
CLUSTERS = record(
    {
        "as_of": or_null(DAY),
        "since": or_null(DAY),
        "parameters": {"type": "object"},
        "too_early": YES_NO,
        "clusters": rows(CLUSTER),
    },
    {"left_out": or_null(COUNT)},
)
CLUSTER_CLEARING = record(
    {
        "clearing": or_null(
            record(
                {
                    "hotspot": record({"ref": TEXT, "source": TEXT, "name": TEXT}),
                    "cleared_on": DAY,
                    **dict.fromkeys(("before", "on_day", "after", "undated", "days_after"), COUNT),
                }
            )
        )
    }
)
_PLACED = (word(Precision), or_null(CODE), YES_NO)
INCIDENTS = record(
    {
        "mode": one_of("density", "points"),
        "cell_deg": NUMBER,
        "cells": rows(row(LON, LAT, COUNT)),
        "points": rows(row(WHOLE, LON, LAT, TEXT, DAY, word(IncidentKind), *_PLACED)),
        "communes": by_name(COUNT),
    }
)
_FIGURES = ("active", "cleared", "re_emerged", "drug_free", "communes", "assessed")
SUMMARY = record(
    {"cases": COUNT, "offenders": COUNT, "any_ever": YES_NO},
    {**dict.fromkeys((*_FIGURES, "vague"), COUNT), "any_in_area": YES_NO},
)
FILTERS = record(
    dict.fromkeys(("kind", "side", "detected", "substance", "hkind"), by_name(COUNT)),
)
NAMES = rows(row(CODE, TEXT, CODE, LON, LAT, LON, LAT))
FOUND = record(
    {
        "hotspots": rows(
            record({"ref": TEXT, "name": TEXT, "province": or_null(CODE), "lon": LON, "lat": LAT})
        )
    }
)
MONTHS = record(
    {
        "months": rows(
            record({"month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}, "n": COUNT})
        )
    }
)
_BOX = or_null(row(NUMBER, NUMBER, NUMBER, NUMBER))
STORY = record(
    {
        "days": row(DAY, DAY),
        "cut": DAY,
        "pieces": rows(DAY),
        "cases": rows(COUNT),
        "offenders": rows(COUNT),
        "vague": rows(row(CODE, COUNT, COUNT)),
        "limits": rows(NUMBER),
        "hotspots": rows(record(_HOTSPOT | {"changes": rows(row(DAY, word(HotspotStatus)))})),
        "classes": rows(record({"on": DAY, "period": PERIOD, "codes": by_name(rows(CODE))})),
        "mode": one_of("points", "cells"),
        "box": _BOX,
    },
    {"points": {"type": "array"}, "cells": {"type": "array"}, "cell_deg": NUMBER},
)
_COMPARED: dict[str, Shape] = {
    "n": row(COUNT, COUNT),
    "days": row(COUNT, COUNT),
    "verdict": one_of("up", "down", "unsure", "none", "no_data"),
}
_COMPARISON = record(
    _COMPARED, {"difference": WHOLE, "ratio": row(or_null(NUMBER), or_null(NUMBER))}
)
CHANGES = record(
    {
        "before": row(DAY, DAY),
        "after": row(DAY, DAY),
        "strong": COUNT,
        "total": _COMPARISON,
        "communes": by_name(_COMPARISON),
        "verdicts": by_name(COUNT),
        "hotspots": rows(
            record(
                {
                    **dict.fromkeys(("ref", "source"), TEXT),
                    **dict.fromkeys(("was", "now"), or_null(word(HotspotStatus))),
                    "change": one_of("opened", "closed", "back", "same"),
                }
            )
        ),
    }
)
FACILITIES = record(
    {
        "mode": one_of("points", "communes"),
        "points": rows(row(WHOLE, LON, LAT, word(FacilityKind), TEXT)),
        "communes": by_name(by_name(COUNT)),
        "counts": by_name(COUNT),
    }
)
FACILITY = record(
    {
        "id": WHOLE,
        **dict.fromkeys(("name", "address"), TEXT),
        "kind": word(FacilityKind),
        "commune": or_null(CODE),
        "commune_name": TEXT,
        "counts": or_null(rows(row(NUMBER, COUNT))),
        "spot": or_null(row(TEXT, TEXT, TEXT, word(HotspotStatus), COUNT)),
    }
)
ROUTES = record(
    {
        "routes": rows(
            record(
                {
                    "id": WHOLE,
                    **dict.fromkeys(("name", "ref", "mode", "reach", "decision", "force"), TEXT),
                    "from": DAY,
                    "to": or_null(DAY),
                    "width_m": NUMBER,
                    "length_km": NUMBER,
                    "communes": COUNT,
                    "beside": COUNT,
                    "provinces": rows(TEXT),
                    "parts": rows(rows(row(LAT, LON))),
                }
            )
        )
    }
)
ROUTE = record(
    {
        **dict.fromkeys(("cases", "offenders", "earlier", "without_point"), or_null(COUNT)),
        "within_m": NUMBER,
        "partial": YES_NO,
        "worst": or_null(record({"from_km": NUMBER, "to_km": NUMBER, "cases": COUNT})),
        "hotspots": by_name(COUNT),
        "communes": rows(row(CODE, TEXT)),
    }
)
SEGMENTS: Shape = {
    "type": "object",
    "properties": {
        "measured": YES_NO,
        "residents": {},
        "breaks": rows(NUMBER),
        "segments": rows({"type": "object"}),
    },
    "required": ["measured", "residents", "breaks", "segments"],
    "additionalProperties": False,
}
PLACE_HERE = record(
    {
        "place": or_null(
            record(
                dict.fromkeys(("commune_code", "province_code"), CODE)
                | dict.fromkeys(("commune_name", "province_name"), TEXT)
                | {"covered": YES_NO}
            )
        )
    }
)
FOUND_COMMUNES = rows(
    record({"code": CODE, "name": TEXT, "province": TEXT, "hint": TEXT, "allowed": YES_NO})
)
CELLS: Shape = record(
    {
        "province_code": CODE,
        "period": TEXT,
        "few_below": COUNT,
        "cells": rows(
            {
                "type": "object",
                "properties": {"commune_code": CODE, "side": word(Side), "cases": or_null(COUNT)},
                "required": ["commune_code", "side"],
            }
        ),
        "totals": by_name(or_null(COUNT)),
    }
)
