"""What the addresses of the API take, each parameter described once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.border_segments import BANDS_KM
from geo.standing_terms import AssessmentState
from geo.terms import (
    CommuneClass,
    DetectedBy,
    FacilityKind,
    HotspotKind,
    IncidentKind,
    Side,
    Substance,
)
from geo.tiles import MAX_ZOOM as MAX_COMMUNE_ZOOM
from geo.vector_tiles import MAX_ZOOM
from webapp.services import commune_table, facility_list
from webapp.services.api_shapes import CODE, DAY, Shape, one_of, word
from webapp.services.corridor_profile import CHOICES_M


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of an address: where it stands, what it may be, what it says."""

    name: str
    shape: Shape
    says: str
    place: str = "query"
    required: bool = False


def in_path(name: str, shape: Shape, says: str) -> Parameter:
    """A part of the path."""
    return Parameter(name, shape, says, place="path", required=True)


def _words(name: str, words: type[StrEnum], says: str) -> Parameter:
    """Codes with commas between; any of them will do."""
    return Parameter(name, {"type": "array", "items": word(words)}, says)


def _sorts(names: tuple[str, ...]) -> Shape:
    return one_of(*names, *(f"-{name}" for name in names))


def _whole(least: int, most: int) -> Shape:
    return {"type": "integer", "minimum": least, "maximum": most}


PROVINCE = Parameter("province", CODE, "Mã tỉnh; bỏ trống là cả phạm vi được xem.")
FROM = Parameter("from", DAY, "Ngày đầu của kỳ xem.")
TO = Parameter("to", DAY, "Ngày cuối của kỳ xem.")
DAYS = (FROM, TO)
NEAR = Parameter(
    "near",
    {"type": "string", "pattern": "^[a-z0-9_]+:[0-9]{1,5}(,[a-z0-9_]+:[0-9]{1,5})*$"},
    "Chỉ vụ việc gần cơ sở: loại và số mét, ví dụ school:500.",
)
VIEW = (
    PROVINCE,
    *DAYS,
    _words("kind", IncidentKind, "Loại vụ việc."),
    _words("substance", Substance, "Có thu giữ ít nhất một trong các chất này."),
    _words("detected", DetectedBy, "Đơn vị phát hiện."),
    _words("side", Side, "Giảm cung hay giảm cầu."),
    _words("hkind", HotspotKind, "Loại điểm, tụ điểm."),
    NEAR,
)
"""What every view of the map takes; days that are absent are those of the last period."""

BOX = Parameter(
    "bbox",
    {
        "type": "array",
        "items": {"type": "number", "minimum": -360, "maximum": 360},
        "minItems": 4,
        "maxItems": 4,
    },
    "Khung tây, nam, đông, bắc bằng độ WGS 84.",
)
ZOOM = Parameter("zoom", {"type": "number", "minimum": 0, "maximum": 22}, "Mức phóng; mặc định 6.")
LEVEL = Parameter("level", one_of("nation", "province", "full"), "Độ chi tiết của đường nét.")
PART = Parameter("part", one_of("cases"), "Chỉ các số về vụ việc.")
BASE = Parameter("base", one_of("before", "year"), "So với kỳ liền trước hoặc cùng kỳ năm trước.")
SEARCHED = Parameter("q", {"type": "string", "maxLength": 80}, "Chữ cần tìm, không cần dấu.")
KINDS = _words("kinds", FacilityKind, "Loại cơ sở; bỏ trống thì chỉ đếm.")
PERIOD = Parameter(
    "period",
    {"type": "string", "pattern": "^(20[1-9][0-9]|2100)(H[12]|Q[1-4])?$"},
    "Kỳ: 2026, 2026H1 hoặc 2026Q2.",
)
FIXED_PERIOD = Parameter(
    "period",
    {"type": "string", "pattern": "^20[1-9][0-9](H1)?$"},
    "Năm đánh giá (2025) hoặc sáu tháng đầu của năm ấy (2025H1), đã kết thúc.",
    required=True,
)
ONE_PROVINCE = Parameter("province", CODE, "Mã tỉnh.", required=True)
KNOWN_ON = Parameter("known_on", DAY, "Theo những gì đã biết tới ngày này.")
YEAR = Parameter("year", _whole(1990, 2100), "Năm đánh giá.")
BAND = Parameter("band", one_of(*map(str, BANDS_KM)), "Bề rộng dải biên giới, ki-lô-mét.")
WITHIN = Parameter("within", one_of(*map(str, CHOICES_M)), "Khoảng cách tới tuyến, mét.")
TABLE = (
    PERIOD,
    KNOWN_ON,
    Parameter("class", word(CommuneClass), "Phân loại xã."),
    Parameter(
        "state",
        one_of(commune_table.NO_STATE, *(each.value for each in AssessmentState)),
        "Bước đánh giá.",
    ),
    Parameter("q", {"type": "string", "maxLength": 60}, "Một phần của tên xã."),
    Parameter("sort", _sorts(commune_table.SORTS), "Cột xếp thứ tự; dấu trừ là giảm dần."),
)
FACILITY_LIST = (
    *DAYS,
    Parameter("kind", word(FacilityKind), "Loại cơ sở."),
    PROVINCE,
    Parameter("commune", CODE, "Mã xã."),
    Parameter("q", {"type": "string", "maxLength": 60}, "Một phần của tên."),
    Parameter("sort", _sorts(facility_list.SORTS), "Cột xếp thứ tự; dấu trừ là giảm dần."),
)
_PART: Shape = {"type": "string", "maxLength": 80}
AUDIT = (
    *DAYS,
    Parameter("actor", _PART, "Tên tài khoản."),
    Parameter("object", _PART, "Đối tượng của việc."),
    Parameter("address", _PART, "Địa chỉ mạng."),
    Parameter("action", {"type": "string"}, "Mã của việc, như trên trang nhật ký."),
    Parameter("before", _whole(1, 999_999_999), "Chỉ những việc trước số này."),
)
LAT = Parameter("lat", {"type": "number", "minimum": -90, "maximum": 90}, "Vĩ độ.", required=True)
LON = Parameter(
    "lon", {"type": "number", "minimum": -180, "maximum": 180}, "Kinh độ.", required=True
)

COMMUNE_CODE = in_path("code", CODE, "Mã xã.")
PROVINCE_CODE = in_path("code", CODE, "Mã tỉnh.")
NUMBER = in_path("number", _whole(1, 999_999_999), "Số của bản ghi.")
CLUSTER_NAME = in_path("stable_id", {"type": "string", "minLength": 1}, "Tên của cụm.")
_SQUARE = (
    in_path("x", _whole(0, 2**MAX_ZOOM - 1), "Cột, từ tây sang đông."),
    in_path("y", _whole(0, 2**MAX_ZOOM - 1), "Hàng, từ bắc xuống nam."),
)
TILE = (in_path("z", _whole(0, MAX_ZOOM), "Mức phóng."), *_SQUARE)
COMMUNE_TILE = (in_path("z", _whole(0, MAX_COMMUNE_ZOOM), "Mức phóng."), *_SQUARE)
