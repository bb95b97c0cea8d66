"""Every address that programs may read, in one table: what it takes and what it answers.

A test holds the table against the routes of the site, and a fuzzer the answers against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from webapp.services import api_answers as shapes
from webapp.services import api_parameters as takes
from webapp.services.api_parameters import Parameter
from webapp.services.api_shapes import Shape


class Sends(StrEnum):
    """The media type of an answer."""

    JSON = "application/json"
    GEOJSON = "application/geo+json"
    CSV = "text/csv"
    MVT = "application/vnd.mapbox-vector-tile"


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """An address read with GET; `path` as OpenAPI writes it.

    `may_miss`: there may be nothing of that number or code. `access` is the rule of the route
    (`webapp.security.Access`): whoever is signed in, or planners and administrators alone.
    """

    path: str
    says: str
    parameters: tuple[Parameter, ...] = ()
    shape: Shape | None = None
    sends: Sends = Sends.JSON
    may_miss: bool = False
    access: str = "signed_in"

    @property
    def group(self) -> str:
        """Under which heading it is listed."""
        return {Sends.MVT: "tiles", Sends.CSV: "tables"}.get(self.sends, "map")

    @property
    def opens_to_tokens(self) -> bool:
        """Whether a program may ask with a token, and not only a page of who is signed in."""
        return self.access == "signed_in"

    @property
    def name(self) -> str:
        """A name for programs that are written from the description.

        >>> ApiRoute("/api/communes/{code}", "").name
        'api_communes_code'
        """
        kept = (c if c.isalnum() else "_" for c in self.path)
        return "_".join(part for part in "".join(kept).split("_") if part)


_VIEW = takes.VIEW
_MAP = (
    ApiRoute(
        "/api/communes",
        "Ranh giới các xã kèm phân loại vào ngày cuối của kỳ.",
        (*_VIEW, takes.LEVEL),
        shapes.COMMUNES,
        Sends.GEOJSON,
    ),
    ApiRoute(
        "/api/communes/{code}",
        "Số liệu của một xã; ngoài phạm vi thì các số là null.",
        (takes.COMMUNE_CODE, *_VIEW),
        shapes.COMMUNE,
        may_miss=True,
    ),
    ApiRoute("/api/classes", "Phân loại mọi xã vào ngày cuối của kỳ.", _VIEW, shapes.CLASSES),
    ApiRoute(
        "/api/provinces",
        "Ranh giới các tỉnh, hoặc của một tỉnh chi tiết hơn.",
        (takes.PROVINCE,),
        shapes.PROVINCES,
        Sends.GEOJSON,
    ),
    ApiRoute("/api/border", "Đường biên giới, dải 10 km và cửa khẩu.", (), shapes.BORDER),
    ApiRoute(
        "/api/hotspots",
        "Điểm, tụ điểm với trạng thái vào ngày cuối của kỳ.",
        _VIEW,
        shapes.HOTSPOTS,
    ),
    ApiRoute("/api/clusters", "Cụm của lần phân tích mới nhất.", _VIEW, shapes.CLUSTERS),
    ApiRoute(
        "/api/clusters/{stable_id}",
        "Số vụ của một cụm trước và sau lần triệt xóa gần nhất.",
        (takes.CLUSTER_NAME,),
        shapes.CLUSTER_CLEARING,
        may_miss=True,
    ),
    ApiRoute(
        "/api/incidents",
        "Vụ việc trong khung: từng điểm hoặc số theo ô; số theo xã nếu chỉ biết xã.",
        (*_VIEW, takes.BOX, takes.ZOOM),
        shapes.INCIDENTS,
    ),
    ApiRoute(
        "/api/summary",
        "Các số của kỳ xem, của cả địa bàn hoặc của một khung.",
        (*_VIEW, takes.PART, takes.BOX),
        shapes.SUMMARY,
    ),
    ApiRoute("/api/filters", "Mỗi lựa chọn của bộ lọc còn bao nhiêu.", _VIEW, shapes.FILTERS),
    ApiRoute("/api/names", "Tên và khung của mọi xã.", (), shapes.NAMES),
    ApiRoute(
        "/api/search",
        "Tìm điểm, tụ điểm theo tên hoặc mã.",
        (*_VIEW, takes.SEARCHED),
        shapes.FOUND,
    ),
    ApiRoute("/api/months", "Số vụ theo tháng, mọi thời gian.", _VIEW, shapes.MONTHS),
    ApiRoute(
        "/api/story",
        "Các tháng của kỳ xem trong một câu trả lời, để chiếu theo thời gian.",
        (*_VIEW, takes.BOX, takes.ZOOM),
        shapes.STORY,
    ),
    ApiRoute(
        "/api/change",
        "Kỳ xem so với kỳ trước, từng xã với khoảng tin cậy 95 %.",
        (*_VIEW, takes.BASE),
        shapes.CHANGES,
    ),
    ApiRoute(
        "/api/facilities",
        "Cơ sở theo loại: từng điểm, hoặc số theo xã khi quá nhiều.",
        (takes.KINDS, takes.PROVINCE, takes.BOX),
        shapes.FACILITIES,
    ),
    ApiRoute(
        "/api/facilities/{number}",
        "Một cơ sở với các vụ quanh nó.",
        (takes.NUMBER, *_VIEW),
        shapes.FACILITY,
        may_miss=True,
    ),
    ApiRoute(
        "/api/routes",
        "Tuyến trọng điểm có hiệu lực trong kỳ.",
        (*_VIEW, takes.LEVEL),
        shapes.ROUTES,
    ),
    ApiRoute(
        "/api/routes/{number}",
        "Số vụ và điểm, tụ điểm dọc một tuyến.",
        (takes.NUMBER, *_VIEW),
        shapes.ROUTE,
        may_miss=True,
    ),
    ApiRoute(
        "/api/segments",
        "Biên giới theo đoạn 10 km: vụ, thu giữ, điểm, tụ điểm theo dải.",
        _VIEW,
        shapes.SEGMENTS,
    ),
    ApiRoute(
        "/api/cells",
        "Ô số liệu cố định của một tỉnh: xã, cung hoặc cầu, kỳ đã kết thúc.",
        (takes.ONE_PROVINCE, takes.FIXED_PERIOD),
        shapes.CELLS,
        may_miss=True,
    ),
    ApiRoute(
        "/api/place",
        "Xã của một điểm.",
        (takes.LAT, takes.LON),
        shapes.PLACE_HERE,
        access="writers",
    ),
    ApiRoute(
        "/api/review/communes",
        "Tìm xã theo tên, kể cả tên cũ.",
        (takes.SEARCHED, takes.PROVINCE),
        shapes.FOUND_COMMUNES,
        access="writers",
    ),
)
_SQUARES = "/{z}/{x}/{y}.mvt"
_TILES = (
    ApiRoute(
        f"/tiles/communes{_SQUARES}",
        "Ô bản đồ: ranh giới xã (lớp communes).",
        takes.COMMUNE_TILE,
        None,
        Sends.MVT,
        may_miss=True,
    ),
    *(
        ApiRoute(f"/tiles/{layer}{_SQUARES}", says, (*takes.TILE, *_VIEW), None, Sends.MVT, True)
        for layer, says in (
            ("incidents", "Ô bản đồ: lớp incidents hoặc incident_cells, và commune_counts."),
            ("hotspots", "Ô bản đồ: lớp hotspots và commune_counts."),
            ("clusters", "Ô bản đồ: lớp clusters và cluster_points."),
        )
    ),
)
_TABLES = (
    ApiRoute(
        "/border/segments.csv",
        "Biên giới theo đoạn 10 km.",
        (*_VIEW, takes.BAND),
        sends=Sends.CSV,
    ),
    ApiRoute(
        "/corridors/{number}/kilometres.csv",
        "Từng ki-lô-mét của một tuyến.",
        (takes.NUMBER, *takes.DAYS, takes.WITHIN),
        sends=Sends.CSV,
        may_miss=True,
    ),
    ApiRoute("/facilities.csv", "Danh sách cơ sở, địa điểm.", takes.FACILITY_LIST, sends=Sends.CSV),
    ApiRoute(
        "/progress/years.csv",
        "Tiến độ xã không ma túy theo năm.",
        (takes.PROVINCE, takes.YEAR, takes.KNOWN_ON),
        sends=Sends.CSV,
        may_miss=True,
    ),
    ApiRoute(
        "/progress/provinces.csv",
        "Tiến độ xã không ma túy theo tỉnh.",
        (takes.YEAR, takes.KNOWN_ON),
        sends=Sends.CSV,
        may_miss=True,
    ),
    ApiRoute(
        "/provinces/{code}/communes.csv",
        "Phân loại các xã của một tỉnh.",
        (takes.PROVINCE_CODE, *takes.TABLE),
        sends=Sends.CSV,
        may_miss=True,
    ),
    ApiRoute(
        "/provinces/{code}/cells.csv",
        "Ô số liệu cố định của một tỉnh.",
        (takes.PROVINCE_CODE, takes.FIXED_PERIOD),
        sends=Sends.CSV,
        may_miss=True,
    ),
)
_OFFICE = (
    ApiRoute(
        "/admin/audit.csv",
        "Nhật ký của quản trị.",
        takes.AUDIT,
        sends=Sends.CSV,
        access="admins",
    ),
)
_ITSELF = ApiRoute("/openapi.json", "Bản mô tả này.", (), {"type": "object"})

API_ROUTES = (*_MAP, *_TILES, *_TABLES, *_OFFICE, _ITSELF)
"""All of them, by group."""
