"""The dictionary of the layers of findings and areas: clusters, communes, routes, border."""

from __future__ import annotations

from geo.border_segments import BANDS_KM
from geo.layer_stream import Field
from webapp import labels
from webapp.services.layer_fields import (
    DAY,
    ID,
    LIST,
    NUMBER,
    REF,
    SOURCE,
    TEXT,
    WHOLE,
    YES_NO,
)
from webapp.standing_labels import ASSESSMENT_STATES, CORRIDOR_MODES, CORRIDOR_REACHES

CLUSTERS = (
    Field("cluster_id", WHOLE, "Số của cụm trong lần phân tích", "Number within the run"),
    Field(
        "stable_id",
        TEXT,
        "Tên của cụm, giữ nguyên qua các lần phân tích",
        "Name of the cluster, kept from run to run",
    ),
    Field("n", WHOLE, "Số vụ việc trong cụm", "Number of incidents in the cluster"),
    Field(
        "flag",
        TEXT,
        "Đối chiếu với hồ sơ điểm, tụ điểm",
        "Against the register of hotspots",
        labels.CLUSTER_FLAGS,
    ),
    Field("first_date", DAY, "Ngày của vụ việc đầu tiên", "Day of the first incident"),
    Field("last_date", DAY, "Ngày của vụ việc cuối cùng", "Day of the last incident"),
    Field("nearest_hotspot", TEXT, "Mã điểm, tụ điểm gần nhất", "Reference of the nearest hotspot"),
    Field("nearest_m", NUMBER, "Khoảng cách đến điểm ấy (m)", "Distance to that hotspot (m)"),
    Field(
        "commune_codes",
        LIST,
        "Mã các xã có vụ việc của cụm, nhiều vụ nhất đứng trước",
        "Codes of the communes with its incidents, that of most first",
    ),
    Field(
        "province_code",
        TEXT,
        "Mã tỉnh có nhiều vụ việc của cụm nhất",
        "Code of the province of most of its incidents",
    ),
    Field("lon", NUMBER, "Kinh độ giữa cụm (WGS 84, độ)", "Longitude of its middle (WGS 84)"),
    Field("lat", NUMBER, "Vĩ độ giữa cụm (WGS 84, độ)", "Latitude of its middle (WGS 84)"),
    Field("run_id", WHOLE, "Số của lần phân tích", "Number of the run"),
    Field("as_of", DAY, "Ngày phân tích được tính đến", "Day that the run looks from"),
    Field("lineage", TEXT, "Cụm từ đâu mà có", "Where the cluster comes from", labels.LINEAGES),
    Field("top_kind", TEXT, "Loại hành vi nhiều nhất", "Most frequent kind", labels.INCIDENT_KINDS),
    Field(
        "top_substance",
        TEXT,
        "Chất ma túy nhiều nhất",
        "Most frequent substance",
        labels.SUBSTANCES,
    ),
    Field(
        "change_ratio",
        NUMBER,
        "Tỷ số số vụ gần đây so với trước (1 là không đổi)",
        "Recent number of incidents against the earlier one (1: no change)",
    ),
    Field(
        "change_low",
        NUMBER,
        "Cận dưới của khoảng tin cậy của change_ratio",
        "Lower bound of the confidence interval of change_ratio",
    ),
    Field(
        "change_high",
        NUMBER,
        "Cận trên của khoảng tin cậy của change_ratio",
        "Upper bound of the confidence interval of change_ratio",
    ),
    Field(
        "border_m",
        NUMBER,
        "Khoảng cách đến biên giới đất liền (m)",
        "Distance to the land border (m)",
    ),
    Field(
        "partial",
        YES_NO,
        "Cụm vượt ra ngoài phạm vi của tài khoản: chỉ nói về phần bên trong",
        "It reaches beyond the account's scope: only the part inside is told",
    ),
)

_DECLARED = {
    "residents": ("Dân số khai báo (người)", "Declared residents (persons)"),
    "dependents": ("Số người nghiện khai báo", "Declared dependent users (persons)"),
    "users": ("Số người sử dụng trái phép khai báo", "Declared unlawful users (persons)"),
    "substitution": (
        "Số người điều trị thay thế khai báo",
        "Declared persons in substitution treatment",
    ),
    "use_dens": ("Số điểm tổ chức, chứa chấp sử dụng khai báo", "Declared dens of use"),
    "offenders_arrested": ("Số đối tượng bị bắt khai báo", "Declared offenders arrested"),
}
DECLARED = tuple(_DECLARED)
"""Figures of a commune's declaration that go along for joining, where the viewer may see them."""

COMMUNES = (
    Field("code", TEXT, "Mã xã, phường, đặc khu", "Commune code"),
    Field("name", TEXT, "Tên", "Name"),
    Field("full_name", TEXT, "Tên đầy đủ", "Full name"),
    Field("unit_type", TEXT, "Loại đơn vị: xã, phường, đặc khu", "Type of unit"),
    Field("province_code", TEXT, "Mã tỉnh, thành phố", "Province code"),
    Field("province_name", TEXT, "Tên tỉnh, thành phố", "Province name"),
    Field("area_km2", NUMBER, "Diện tích (km²)", "Area (km²)"),
    Field(
        "border_with", TEXT, "Giáp biên giới với nước nào", "Land border with", labels.NEIGHBOURS
    ),
    Field("class", TEXT, "Phân loại trong kỳ", "Class in the period", labels.COMMUNE_CLASSES),
    Field("period", TEXT, "Kỳ phân loại: ngày đầu/ngày cuối", "Period: first day/last day"),
    Field(
        "ruleset",
        TEXT,
        "Bộ tiêu chí của kỳ; trống nếu chưa có phân loại",
        "Rule set of the period; empty where there is no class",
    ),
    Field("provisional", YES_NO, "Tạm tính: kỳ chưa kết thúc", "Provisional: the period runs"),
    Field("state", TEXT, "Trạng thái đánh giá", "State of the assessment", ASSESSMENT_STATES),
    Field(
        "signed", YES_NO, "Phân loại đã ký, không phải bản nháp", "The class is signed, no draft"
    ),
    Field(
        "class_from",
        TEXT,
        "Phân loại của chính xã (own) hay chuyển từ các xã cũ (carried)",
        "Class of the commune itself (own) or carried from former communes (carried)",
        {"own": "của chính xã", "carried": "chuyển từ các xã cũ hợp thành"},
    ),
    Field("boundaries_approximate", YES_NO, "Ranh giới gần đúng", "The boundaries are approximate"),
    Field("boundary_map", TEXT, "Ngày bản đồ này có hiệu lực", "First day of this map"),
    *(Field(name, WHOLE, vi, en) for name, (vi, en) in _DECLARED.items()),
)

PROVINCES = (
    Field("code", TEXT, "Mã tỉnh, thành phố", "Province code"),
    Field("name", TEXT, "Tên tỉnh, thành phố", "Province name"),
    Field("area_km2", NUMBER, "Diện tích: tổng các xã (km²)", "Area: sum of its communes (km²)"),
    Field("communes", WHOLE, "Số xã, phường, đặc khu", "Number of communes"),
    *(
        Field(f"n_{code}", WHOLE, f"Số xã: {word.lower()}", f"Number of communes: {code}")
        for code, word in labels.COMMUNE_CLASSES.items()
    ),
    Field("period", TEXT, "Kỳ phân loại: ngày đầu/ngày cuối", "Period: first day/last day"),
    Field("ruleset", TEXT, "Bộ tiêu chí của kỳ", "Rule set of the period"),
    Field("provisional", YES_NO, "Tạm tính: kỳ chưa kết thúc", "Provisional: the period runs"),
    Field("boundaries_approximate", YES_NO, "Ranh giới gần đúng", "The boundaries are approximate"),
    Field("boundary_map", TEXT, "Ngày bản đồ này có hiệu lực", "First day of this map"),
)

CORRIDORS = (
    ID,
    REF,
    SOURCE,
    Field("name", TEXT, "Tên tuyến", "Name of the route"),
    Field("mode", TEXT, "Loại hình giao thông", "Mode of traffic", CORRIDOR_MODES),
    Field(
        "reach", TEXT, "Nội tỉnh hay liên tỉnh", "Within a province or between", CORRIDOR_REACHES
    ),
    Field("decision", TEXT, "Số quyết định phê duyệt", "Decision that approved it"),
    Field("decided_on", DAY, "Ngày của quyết định", "Day of the decision"),
    Field("valid_from", DAY, "Ngày bắt đầu là tuyến trọng điểm", "First day as a key route"),
    Field(
        "valid_to",
        DAY,
        "Ngày cuối là tuyến trọng điểm; trống là chưa hết",
        "Last day as a key route; empty: no end is set",
    ),
    Field("as_of", DAY, "Ngày mà hiệu lực được tính đến", "Day that its force is told for"),
    Field(
        "force",
        TEXT,
        "Hiệu lực tại ngày as_of",
        "Its force on as_of",
        {"coming": "chưa có hiệu lực", "in_force": "đang có hiệu lực", "over": "hết hiệu lực"},
    ),
    Field("width_m", NUMBER, "Bề rộng cả hai bên (m)", "Whole width (m)"),
    Field("length_km", NUMBER, "Chiều dài (km)", "Length (km)"),
    Field("province_codes", LIST, "Mã các tỉnh dọc tuyến", "Codes of the provinces along it"),
    Field(
        "commune_codes",
        LIST,
        "Mã các xã dọc tuyến, theo thứ tự, trên bản đồ hiện hành",
        "Codes of the communes along it, in order, on the map in force",
    ),
    Field("note", TEXT, "Ghi chú", "Note"),
)

_BAND = {
    "cases": (WHOLE, "Số vụ việc", "Verified incidents"),
    "offenders": (WHOLE, "Số đối tượng (người)", "Offenders (persons)"),
    "area_km2": (NUMBER, "Diện tích (km²)", "Area (km²)"),
    "per_100_km2": (NUMBER, "Số vụ trên 100 km²", "Incidents per 100 km²"),
    "residents": (WHOLE, "Dân số, ước theo diện tích (người)", "Residents, estimated by area"),
    "per_10_000": (NUMBER, "Số vụ trên 10.000 dân", "Incidents per 10,000 residents"),
    "hotspots": (LIST, "Số điểm, tụ điểm theo tình trạng", "Hotspots by status"),
    "seizures": (LIST, "Chất ma túy thu giữ", "What was seized"),
}

BORDER_SEGMENTS = (
    Field("segment", TEXT, "Mã đoạn biên giới", "Code of the segment"),
    Field("neighbour", TEXT, "Nước láng giềng", "Neighbour", labels.NEIGHBOURS),
    Field("number", WHOLE, "Số thứ tự dọc biên giới với nước ấy", "Number along that border"),
    Field("from_km", NUMBER, "Từ km", "From kilometre"),
    Field("to_km", NUMBER, "Đến km", "To kilometre"),
    Field("length_km", NUMBER, "Dài (km)", "Length (km)"),
    Field("name", TEXT, "Tên đoạn", "Name of the segment"),
    Field("gates", LIST, "Cửa khẩu gần đoạn", "Gates near it"),
    Field("commune_codes", LIST, "Mã các xã dọc đoạn", "Codes of the communes along it"),
    Field("since", DAY, "Số liệu từ ngày", "First day counted"),
    Field("until", DAY, "Số liệu đến ngày", "Last day counted"),
    Field("boundaries_approximate", YES_NO, "Ranh giới gần đúng", "The boundaries are approximate"),
    *(
        Field(f"{name}_{km}km", type_, f"{vi} trong {km} km", f"{en} within {km} km")
        for km in BANDS_KM
        for name, (type_, vi, en) in _BAND.items()
    ),
)
