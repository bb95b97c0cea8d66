"""The dictionary of the layers of records: incidents, hotspots, facilities."""

from __future__ import annotations

from geo.layer_stream import Field, FieldType
from webapp import labels
from webapp.facility_labels import FACILITY_KINDS
from webapp.map_labels import SIDES

TEXT, WHOLE, NUMBER = FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER
YES_NO, DAY, LIST = FieldType.BOOLEAN, FieldType.DATE, FieldType.LIST

DATE_PRECISIONS = {
    "day": "đúng ngày",
    "month": "chỉ biết tháng (ghi ngày đầu tháng)",
    "year": "chỉ biết năm (ghi ngày đầu năm)",
}

ID = Field("id", WHOLE, "Số của bản ghi trong hệ thống", "Number of the record in this system")
REF = Field(
    "ref", TEXT, "Mã do nguồn đặt, không trùng trong một nguồn", "Reference, unique within a source"
)
SOURCE = Field("source", TEXT, "Nguồn: cơ quan lập danh sách", "Source: the body that keeps it")
PLACE = (
    Field("lon", NUMBER, "Kinh độ (WGS 84, độ)", "Longitude (WGS 84, degrees)"),
    Field("lat", NUMBER, "Vĩ độ (WGS 84, độ)", "Latitude (WGS 84, degrees)"),
    Field(
        "precision",
        TEXT,
        "Vị trí được biết rõ đến đâu",
        "How precisely the place is known",
        labels.PRECISIONS,
    ),
)
ON_GRID = Field(
    "on_grid",
    YES_NO,
    "Điểm là giữa ô vuông 250 m, vì có thể là nơi ở",
    "The point is the middle of a 250 m square, as it may be a home",
)
COMMUNE = Field(
    "commune_code",
    TEXT,
    "Mã xã, phường, đặc khu trên bản đồ của ngày ấy",
    "Commune code on the map of that day",
)
COMMUNE_NOW = Field(
    "commune_code_now",
    TEXT,
    "Mã xã, phường, đặc khu trên bản đồ hiện hành",
    "Commune code on the map in force",
)
COMMUNE_NAME = Field(
    "commune_name",
    TEXT,
    "Tên đầy đủ của xã, phường, đặc khu, theo bản đồ đã chọn",
    "Full name of the commune, by the map that was chosen",
)
PROVINCE = Field(
    "province_code",
    TEXT,
    "Mã tỉnh, thành phố trên bản đồ hiện hành",
    "Province code on the map in force",
)
GEOCODE = (
    Field("geocode_method", TEXT, "Vị trí tìm được bằng cách nào", "How the place was found"),
    Field(
        "geocode_confidence",
        NUMBER,
        "Độ tin cậy của vị trí, 0–1; từ 0,9 là chắc chắn",
        "Confidence of the place, 0–1; from 0.9 on it is certain",
    ),
)
IMPORT = Field(
    "import_id", WHOLE, "Số của lần nhập dữ liệu", "Number of the import that brought it"
)
STATUS_DAY = Field(
    "as_of", DAY, "Ngày mà tình trạng được tính đến", "Day that the status is told for"
)

INCIDENTS = (
    ID,
    REF,
    SOURCE,
    Field("occurred_on", DAY, "Ngày xảy ra hoặc phát hiện", "Day it happened or was detected"),
    Field(
        "date_precision",
        TEXT,
        "Ngày được biết rõ đến đâu",
        "How precisely the day is known",
        DATE_PRECISIONS,
    ),
    Field("kind", TEXT, "Loại hành vi", "Kind of act", labels.INCIDENT_KINDS),
    Field("side", TEXT, "Nhóm hành vi: cung, cầu, tác hại", "Supply, demand or harm", SIDES),
    Field(
        "substances",
        LIST,
        "Chất ma túy thu giữ: chất (substance), lượng (quantity), đơn vị (unit)",
        "What was seized: substance, quantity, unit",
        labels.SUBSTANCES,
    ),
    Field(
        "offenders",
        WHOLE,
        "Số đối tượng (người); trống là chưa rõ",
        "Offenders (persons); empty: not known",
    ),
    Field("detected_by", TEXT, "Lực lượng phát hiện", "Who detected it", labels.DETECTED_BY),
    Field(
        "verified",
        YES_NO,
        "Đã được xác minh; chưa xác minh thì không được tính vào số liệu",
        "Verified; what is not is never counted",
    ),
    Field(
        "address_text",
        TEXT,
        "Địa điểm như đã ghi; trống với tài khoản không được xem nơi ở",
        "Place as it was written; empty for accounts that may not see homes",
    ),
    Field("home", TEXT, "Có phải nơi ở không", "Whether it was a home", labels.AT_HOME),
    *PLACE,
    ON_GRID,
    COMMUNE,
    COMMUNE_NOW,
    PROVINCE,
    *GEOCODE,
    IMPORT,
    COMMUNE_NAME,
    Field(
        "boundary_map",
        TEXT,
        "Bản đồ của commune_name: ngày bản đồ có hiệu lực, former là đơn vị cũ trước 01/7/2025",
        "Map that commune_name is of: its first day, former for communes before 1 July 2025",
        {"former": "đơn vị hành chính cấp xã trước 01/7/2025"},
    ),
)

HOTSPOTS = (
    ID,
    REF,
    SOURCE,
    Field(
        "name",
        TEXT,
        "Tên điểm, tụ điểm; ẩn nếu là nơi ở mà tài khoản không được xem",
        "Name; hidden for homes that the account may not see",
    ),
    Field("kind", TEXT, "Loại điểm", "Kind of hotspot", labels.HOTSPOT_KINDS),
    Field("status", TEXT, "Tình trạng tại ngày as_of", "Status on as_of", labels.HOTSPOT_STATUSES),
    STATUS_DAY,
    Field(
        "status_since",
        DAY,
        "Ngày bắt đầu tình trạng ấy",
        "Day since which that status holds",
    ),
    Field(
        "first_event_on",
        DAY,
        "Ngày của diễn biến đầu tiên trong hồ sơ",
        "Day of the first event on record",
    ),
    Field("is_dwelling", YES_NO, "Là nơi ở", "It is a home"),
    Field(
        "address_text",
        TEXT,
        "Địa chỉ như đã ghi; trống nếu bị ẩn",
        "Address as it was written; empty where hidden",
    ),
    *PLACE,
    ON_GRID,
    Field(
        "commune_code",
        TEXT,
        "Mã xã, phường, đặc khu trên bản đồ của ngày as_of",
        "Commune code on the map of as_of",
    ),
    COMMUNE_NOW,
    COMMUNE_NAME,
    PROVINCE,
    *GEOCODE,
)

FACILITIES = (
    ID,
    REF,
    SOURCE,
    Field("name", TEXT, "Tên cơ sở, địa điểm", "Name of the facility"),
    Field("kind", TEXT, "Loại cơ sở", "Kind of facility", FACILITY_KINDS),
    Field("address_text", TEXT, "Địa chỉ như đã ghi", "Address as it was written"),
    *PLACE,
    COMMUNE,
    COMMUNE_NOW,
    COMMUNE_NAME,
    PROVINCE,
    *GEOCODE,
    Field("note", TEXT, "Ghi chú", "Note"),
    IMPORT,
)
