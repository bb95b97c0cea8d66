"""Vietnamese words for the codes of key routes, assessments and classes of a province."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from geo.standing_terms import (
    AssessmentAction,
    AssessmentState,
    CorridorMode,
    CorridorReach,
    ProvinceClass,
)

PROVINCE_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        ProvinceClass.DRUG_FREE: "Không ma túy",
        ProvinceClass.AFFECTED: "Có tệ nạn, chưa thuộc trọng điểm",
        ProvinceClass.KEY: "Trọng điểm",
        ProvinceClass.UNKNOWN: "Chưa xác định được",
    }
)

ASSESSMENT_STATES: Mapping[str, str] = MappingProxyType(
    {
        AssessmentState.DRAFT: "dự thảo",
        AssessmentState.SELF_ASSESSED: "đã tự đánh giá, chờ duyệt",
        AssessmentState.RETURNED: "bị trả lại",
        AssessmentState.APPROVED: "đã duyệt",
    }
)

ASSESSMENT_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        AssessmentAction.SELF_ASSESS: "tự đánh giá",
        AssessmentAction.APPROVE: "duyệt",
        AssessmentAction.SEND_BACK: "trả lại",
        AssessmentAction.REOPEN: "rút quyết định duyệt",
        AssessmentAction.LIST: "đưa vào danh sách",
        AssessmentAction.DELIST: "đưa ra khỏi danh sách",
    }
)

CORRIDOR_MODES: Mapping[str, str] = MappingProxyType(
    {
        CorridorMode.ROAD: "Đường bộ",
        CorridorMode.RAIL: "Đường sắt",
        CorridorMode.INLAND_WATER: "Đường thủy nội địa",
        CorridorMode.SEA: "Đường biển",
        CorridorMode.AIR: "Đường hàng không",
        CorridorMode.OTHER: "Khác",
    }
)

CORRIDOR_REACHES: Mapping[str, str] = MappingProxyType(
    {
        CorridorReach.INTRA: "nội tỉnh",
        CorridorReach.INTER: "liên tỉnh",
    }
)
