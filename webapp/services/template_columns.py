"""The columns of the blank workbooks: headings that the reader knows, and what goes under them.

No column asks for a person. The commune's columns are the ones that are filled
in beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable

from geo.sub_unit_names import KIND_NAMES
from geo.terms import DetectedBy, HotspotKind, Layer, SubUnitKind
from webapp.facility_labels import FACILITY_KINDS
from webapp.labels import DETECTED_BY, HOTSPOT_KINDS, HOTSPOT_STATUSES, INCIDENT_KINDS
from webapp.services.template_cells import COMMUNE, DAY, POINT, CellType, TemplateColumn
from webapp.standing_labels import CORRIDOR_MODES, CORRIDOR_REACHES

__all__ = ["COLUMNS", "CellType", "TemplateColumn"]


def _texts(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(labels)


YES_NO = ("có", "không")
SUBSTANCES = ("heroin", "ma túy tổng hợp", "cần sa", "thuốc phiện", "cocain", "ketamin", "khác")
UNITS = ("kg", "g", "viên", "cây", "m²")
SUB_UNIT_KINDS = tuple(name for kind, name in KIND_NAMES.items() if kind is not SubUnitKind.OTHER)
_MODES = tuple(CORRIDOR_MODES.values())
_INCIDENTS = (
    TemplateColumn("ref", "Số hồ sơ", "Mã duy nhất của vụ việc trong đơn vị.", needed=True),
    TemplateColumn(
        "occurred_on", "Ngày xảy ra", f"Ngày xảy ra vụ việc. {DAY}", CellType.DAY, 13, needed=True
    ),
    TemplateColumn(
        "kind",
        "Hành vi",
        "Chọn trong danh sách.",
        width=30,
        needed=True,
        choices=_texts(INCIDENT_KINDS.values()),
    ),
    TemplateColumn(
        "address_text",
        "Địa điểm",
        "Nơi xảy ra: số nhà, đường, thôn, tổ. Không ghi tên chủ nhà hay người liên quan.",
        width=38,
    ),
    *COMMUNE,
    *POINT,
    TemplateColumn(
        "offenders", "Số đối tượng", "Chỉ ghi số người, không ghi tên.", CellType.COUNT, 12
    ),
    TemplateColumn(
        "substance",
        "Loại ma túy",
        "Chọn trong danh sách; nhiều loại thì ngăn bằng dấu chấm phẩy.",
        width=20,
        choices=SUBSTANCES,
        free=True,
    ),
    TemplateColumn("quantity", "Khối lượng", "Số thu giữ, theo đơn vị ở cột bên.", width=12),
    TemplateColumn(
        "unit", "Đơn vị tính", "kg, g, viên, cây hoặc m².", width=11, choices=UNITS, free=True
    ),
    TemplateColumn(
        "detected_by",
        "Đơn vị phát hiện",
        "Cấp hoặc lực lượng phát hiện; tin báo chưa xác minh thì không được tính.",
        width=22,
        choices=_texts(v for k, v in DETECTED_BY.items() if k != DetectedBy.UNKNOWN),
        free=True,
    ),
    TemplateColumn(
        "verified",
        "Đã xác minh",
        "Để trống: tin báo là chưa, nguồn khác là đã xác minh.",
        width=12,
        choices=YES_NO,
    ),
    TemplateColumn(
        "home",
        "Loại địa điểm",
        "Nơi ở thì chỉ cán bộ có trách nhiệm thấy vị trí chính xác; để trống thì theo địa chỉ.",
        width=16,
        choices=("Nơi ở", "Không phải nơi ở"),
    ),
)
_HOTSPOTS = (
    TemplateColumn("ref", "Mã điểm", "Mã duy nhất của điểm trong đơn vị.", needed=True),
    TemplateColumn(
        "name",
        "Tên điểm",
        "Tên gọi của địa điểm, không ghi tên người.",
        width=30,
        needed=True,
    ),
    TemplateColumn(
        "kind",
        "Loại",
        f"Chọn trong danh sách; để trống là «{HOTSPOT_KINDS[HotspotKind.POINT]}».",
        width=34,
        choices=_texts(HOTSPOT_KINDS.values()),
    ),
    TemplateColumn(
        "address_text", "Địa điểm", "Số nhà, đường, thôn, tổ. Không ghi tên chủ nhà.", width=38
    ),
    *COMMUNE,
    *POINT,
    TemplateColumn(
        "suspected_on", "Ngày nghi vấn", f"Nếu có giai đoạn nghi vấn. {DAY}", CellType.DAY, 14
    ),
    TemplateColumn(
        "opened_on",
        "Ngày phát hiện",
        f"Ngày xác lập là điểm, tụ điểm. {DAY}",
        CellType.DAY,
        14,
        needed=True,
    ),
    TemplateColumn("cleared_on", "Ngày triệt xóa", DAY, CellType.DAY, 14),
    TemplateColumn("re_emerged_on", "Ngày tái phức tạp", DAY, CellType.DAY, 16),
    TemplateColumn("delisted_on", "Ngày đưa ra khỏi danh sách", DAY, CellType.DAY, 24),
    TemplateColumn(
        "status",
        "Tình trạng",
        "Phải khớp với ngày sau cùng của dòng; có thể để trống.",
        width=24,
        choices=_texts(HOTSPOT_STATUSES.values()),
    ),
    TemplateColumn(
        "is_dwelling",
        "Là nhà ở",
        "Điểm là nhà ở chỉ hiện theo ô lưới 250 m.",
        width=10,
        choices=YES_NO,
    ),
)
_COUNTS = (
    ("residents", "Nhân khẩu", "Số nhân khẩu thường xuyên của xã."),
    ("dependents", "Người nghiện có hồ sơ", "Số người nghiện có hồ sơ quản lý."),
    ("users", "Người sử dụng có hồ sơ", "Số người sử dụng trái phép có hồ sơ quản lý."),
    ("substitution", "Đang điều trị thay thế", "Trong số trên, đang điều trị thay thế."),
    ("home_rehab", "Cai tại gia đình, cộng đồng", "Trong số trên, đang cai tại nhà, cộng đồng."),
    ("post_rehab", "Quản lý sau cai", "Trong số trên, đang được quản lý sau cai."),
    ("use_dens", "Điểm tổ chức, chứa chấp", "Số điểm tổ chức, chứa chấp sử dụng trong kỳ."),
    ("offenders_arrested", "Số đối tượng bị bắt", "Số người bị bắt trên địa bàn xã trong kỳ."),
    ("resident_offenders", "Số người cư trú vi phạm", "Số người của xã phạm pháp luật ma túy."),
    ("fugitives", "Số đối tượng truy nã", "Số đối tượng truy nã về ma túy lẩn trốn tại xã."),
    ("plants", "Số cây", "Số cây có chứa chất ma túy bị triệt phá."),
)
_INDICATORS = (
    TemplateColumn("commune_code", "Mã xã", "Mã xã 5 chữ số.", width=9, needed=True),
    TemplateColumn("commune_name", "Tên xã", "Chỉ để đọc; phần mềm dùng mã xã.", width=26),
    *(
        TemplateColumn(field, heading, meaning, CellType.COUNT, 14)
        for field, heading, meaning in _COUNTS
    ),
    TemplateColumn(
        "plant_area_m2", "Diện tích cây (m2)", "Diện tích trồng, mét vuông.", CellType.NUMBER, 14
    ),
    TemplateColumn(
        "on_key_route",
        "Trên tuyến trọng điểm",
        "Xã có nằm trên tuyến trọng điểm đã được duyệt không.",
        width=14,
        choices=YES_NO,
    ),
)
_SUB_UNITS = (
    TemplateColumn("ref", "Mã", "Mã của thôn, tổ nếu có.", width=12),
    TemplateColumn(
        "name", "Tên thôn, tổ dân phố", "Ví dụ Thôn 3, Tổ dân phố Hòa Bình.", width=34, needed=True
    ),
    TemplateColumn("kind", "Loại", "Khi tên chưa ghi loại.", choices=SUB_UNIT_KINDS),
    *COMMUNE,
    *POINT,
)
_CAMPAIGNS = (
    TemplateColumn("ref", "Mã đợt", "Mã của đợt cao điểm nếu có.", width=12),
    TemplateColumn(
        "name", "Tên đợt", "Tên gọi của đợt, không ghi tên người.", width=34, needed=True
    ),
    TemplateColumn(
        "starts_on", "Từ ngày", f"Ngày bắt đầu. {DAY}", CellType.PLANNED_DAY, 13, needed=True
    ),
    TemplateColumn(
        "ends_on", "Đến ngày", f"Ngày kết thúc. {DAY}", CellType.PLANNED_DAY, 13, needed=True
    ),
    TemplateColumn(
        "area_text",
        "Địa bàn",
        "Tên các xã (kèm tỉnh) hoặc cả tỉnh, ngăn bằng dấu chấm phẩy, ví dụ «Xã Đắk Tô, tỉnh "
        "Quảng Ngãi; Xã Đắk Pék, tỉnh Quảng Ngãi». Để trống nếu ghi tọa độ và bán kính.",
        width=48,
    ),
    TemplateColumn(
        "province_name", "Tỉnh, thành phố", "Tỉnh của các xã chưa ghi tỉnh ở cột bên.", width=22
    ),
    *POINT,
    TemplateColumn(
        "radius_m",
        "Bán kính (m)",
        "Bán kính quanh tọa độ, tính bằng mét, từ 50 đến 50.000.",
        CellType.NUMBER,
        12,
    ),
    TemplateColumn("note", "Ghi chú", "Không ghi tên người.", width=30),
)
_CORRIDORS = (
    TemplateColumn("ref", "Mã tuyến", "Mã của tuyến nếu có.", width=12),
    TemplateColumn(
        "name", "Tên tuyến", "Ví dụ Quốc lộ 14 đoạn Đắk Tô – Kon Tum.", width=36, needed=True
    ),
    TemplateColumn(
        "mode", "Loại hình", "Loại hình giao thông của tuyến.", choices=_MODES, width=20
    ),
    TemplateColumn(
        "reach",
        "Phạm vi",
        "Nội tỉnh hoặc liên tỉnh; để trống thì lấy theo các tỉnh mà đường tuyến đi qua.",
        choices=_texts(CORRIDOR_REACHES.values()),
        width=12,
    ),
    TemplateColumn("decision", "Số quyết định", "Ví dụ 125/QĐ-UBND.", width=20),
    TemplateColumn("decided_on", "Ngày quyết định", DAY, CellType.PLANNED_DAY, 13),
    TemplateColumn(
        "valid_from", "Hiệu lực từ", f"Ngày bắt đầu. {DAY}", CellType.PLANNED_DAY, 13, needed=True
    ),
    TemplateColumn(
        "valid_to",
        "Hiệu lực đến",
        f"Ngày cuối cùng; để trống nếu chưa hết hiệu lực. {DAY}",
        CellType.PLANNED_DAY,
        13,
    ),
    TemplateColumn(
        "width_m",
        "Bề rộng (m)",
        "Bề rộng cả hai bên tuyến, tính bằng mét, đến 50.000; để trống thì chỉ tính đúng đường "
        "tuyến.",
        CellType.NUMBER,
        12,
    ),
    TemplateColumn(
        "geometry",
        "Tọa độ tuyến",
        "Các điểm theo thứ tự, mỗi điểm là kinh độ và vĩ độ WGS 84, ngăn bằng dấu chấm phẩy: "
        "«107,85 14,65; 107,92 14,71»; hoặc WKT (LINESTRING).",
        width=48,
        needed=True,
    ),
    TemplateColumn("note", "Ghi chú", "Không ghi tên người.", width=30),
)
_FACILITIES = (
    TemplateColumn("ref", "Mã cơ sở", "Mã của cơ sở nếu có, ví dụ mã trường.", width=14),
    TemplateColumn(
        "name",
        "Tên cơ sở",
        "Tên trên biển hiệu hoặc trong quyết định; không ghi tên chủ, người quản lý.",
        width=36,
        needed=True,
    ),
    TemplateColumn(
        "kind",
        "Loại",
        "Chọn trong danh sách; để trống nếu tên đã nói rõ (Trường THCS …, Karaoke …).",
        width=26,
        choices=_texts(FACILITY_KINDS.values()),
        free=True,
    ),
    TemplateColumn("address_text", "Địa chỉ", "Số nhà, đường, thôn, tổ.", width=38),
    *COMMUNE,
    *POINT,
    TemplateColumn("note", "Ghi chú", "Không ghi tên người, số điện thoại.", width=30),
)
COLUMNS: dict[Layer, tuple[TemplateColumn, ...]] = {
    Layer.INCIDENTS: _INCIDENTS,
    Layer.HOTSPOTS: _HOTSPOTS,
    Layer.INDICATORS: _INDICATORS,
    Layer.SUB_UNITS: _SUB_UNITS,
    Layer.CAMPAIGNS: _CAMPAIGNS,
    Layer.CORRIDORS: _CORRIDORS,
    Layer.FACILITIES: _FACILITIES,
}
"""For each layer the columns of its blank workbook, from left to right."""
