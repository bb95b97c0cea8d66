"""Vietnamese words for the codes of the domain, and numbers and dates as written here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from geo.records import Period
from geo.terms import (
    AlertKind,
    AlertState,
    AtHome,
    ClusterFlag,
    CommuneClass,
    DetectedBy,
    EventType,
    HotspotKind,
    HotspotStatus,
    IncidentKind,
    Layer,
    Lineage,
    Precision,
    Substance,
    Verdict,
)
from models.review_queue import Doubt
from models.viewers import Role, ScopeKind

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

COMMUNE_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        CommuneClass.DRUG_FREE: "Không ma túy",
        CommuneClass.AFFECTED: "Có tệ nạn, chưa thuộc loại",
        CommuneClass.TYPE_3: "Trọng điểm loại III",
        CommuneClass.TYPE_2: "Trọng điểm loại II",
        CommuneClass.TYPE_1: "Trọng điểm loại I",
        CommuneClass.UNKNOWN: "Chưa xác định được",
    }
)

HOTSPOT_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        HotspotStatus.ACTIVE: "Đang hoạt động",
        HotspotStatus.RE_EMERGED: "Tái phức tạp",
        HotspotStatus.CLEARED: "Đã triệt xóa",
        HotspotStatus.SUSPECTED: "Nghi vấn",
        HotspotStatus.DELISTED: "Đã đưa ra khỏi danh sách",
    }
)

HOTSPOT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        HotspotKind.POINT: "Điểm phức tạp",
        HotspotKind.GATHERING: "Tụ điểm phức tạp",
        HotspotKind.AT_RISK: "Điểm có nguy cơ phức tạp",
        HotspotKind.RETAIL: "Điểm bán lẻ",
        HotspotKind.USE_DEN: "Điểm tổ chức, chứa chấp sử dụng",
        HotspotKind.CULTIVATION: "Khu vực trồng cây có chứa chất ma túy",
    }
)

EVENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        EventType.SUSPECTED: "nghi vấn",
        EventType.OPENED: "xác lập, đang hoạt động",
        EventType.CLEARED: "triệt xóa",
        EventType.RE_EMERGED: "tái phức tạp",
        EventType.DELISTED: "đưa ra khỏi danh sách",
        EventType.NOTE: "ghi chú",
    }
)

CLUSTER_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        ClusterFlag.KNOWN: "Cụm quanh điểm đã có hồ sơ",
        ClusterFlag.UNRECORDED: "Cụm chưa có trong hồ sơ",
        ClusterFlag.RE_EMERGING: "Cụm tại nơi đã triệt xóa",
        ClusterFlag.SHIFTED: "Cụm dịch chuyển",
    }
)

LINEAGES: Mapping[str, str] = MappingProxyType(
    {
        Lineage.NEW: "mới xuất hiện",
        Lineage.SAME: "tiếp tục từ lần phân tích trước",
        Lineage.SPLIT: "tách ra từ cụm trước",
        Lineage.MERGED: "nhập từ nhiều cụm trước",
    }
)

ALERT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        AlertKind.RE_EMERGING: "Dấu hiệu tái phức tạp",
        AlertKind.UNRECORDED: "Cụm chưa có trong hồ sơ",
        AlertKind.SHIFTED: "Dấu hiệu dịch chuyển",
        AlertKind.RISING: "Cụm đang tăng",
        AlertKind.DELISTING: "Hết thời gian theo dõi",
    }
)

ALERT_STATES: Mapping[str, str] = MappingProxyType(
    {
        AlertState.OPEN: "chờ quyết định",
        AlertState.CONFIRMED: "đã xác nhận",
        AlertState.DISMISSED: "đã bỏ qua",
        AlertState.LAPSED: "không còn dấu hiệu",
    }
)

VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        Verdict.TOO_FEW: "Quá ít vụ việc hoặc thời gian quá ngắn, chưa đủ để kết luận.",
        Verdict.NO_REDUCTION: (
            "Vụ việc tại chỗ không giảm so với phần còn lại của tỉnh;"
            " chưa thể xét dịch chuyển hay lan tỏa."
        ),
        Verdict.NOT_SHOWN: (
            "Vụ việc tại chỗ có giảm, nhưng mức giảm ấy có thể chỉ do ngẫu nhiên hoặc do"
            " đà giảm chung của nơi đối chứng; chưa đủ để kết luận là có hiệu quả."
        ),
        Verdict.RING_TOO_FEW: (
            "Vụ việc tại chỗ giảm rõ; vùng quanh quá ít vụ để nói về dịch chuyển."
        ),
        Verdict.STRONG_DIFFUSION: (
            "Vụ việc tại chỗ giảm rõ; vùng xung quanh giảm theo và phần giảm đó lớn hơn"
            " phần giảm tại chỗ (hiệu quả lan tỏa mạnh)."
        ),
        Verdict.DIFFUSION: (
            "Vụ việc tại chỗ giảm rõ; vùng xung quanh cũng giảm theo (hiệu quả lan tỏa)."
        ),
        Verdict.NEITHER: (
            "Vụ việc tại chỗ giảm rõ; vùng xung quanh diễn biến như nơi đối chứng,"
            " chưa thấy dịch chuyển hay lan tỏa."
        ),
        Verdict.DISPLACEMENT: (
            "Vụ việc tại chỗ giảm rõ; vùng xung quanh tăng nhưng ít hơn phần giảm tại chỗ"
            " (dịch chuyển một phần, vẫn có lợi)."
        ),
        Verdict.FULL_DISPLACEMENT: (
            "Vụ việc tại chỗ giảm rõ nhưng vùng xung quanh tăng bằng hoặc hơn phần đã giảm"
            " (dịch chuyển xóa hết hiệu quả)."
        ),
    }
)

WEAK_RING = (
    "Riêng thay đổi ở vùng quanh còn trong phạm vi ngẫu nhiên: nhận định về lan tỏa hay dịch chuyển"
    " chỉ là dấu hiệu yếu."
)
"""Added to a verdict on the ring where `Evaluation.ring_is_weak`."""

RING_CUT = (
    "Vùng quanh nơi này vượt ra ngoài phạm vi của tài khoản: vụ việc ở phần ngoài ấy không được"
    " đếm, nên nhận định về dịch chuyển có thể thiếu."
)
"""Added where the viewer's scope cuts the ring."""

INCIDENT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        IncidentKind.CULTIVATION: "Trồng cây có chứa chất ma túy",
        IncidentKind.PRODUCTION: "Sản xuất",
        IncidentKind.POSSESSION: "Tàng trữ",
        IncidentKind.TRANSPORT: "Vận chuyển",
        IncidentKind.TRADING: "Mua bán",
        IncidentKind.APPROPRIATION: "Chiếm đoạt",
        IncidentKind.PRECURSORS: "Tiền chất",
        IncidentKind.EQUIPMENT: "Phương tiện, dụng cụ",
        IncidentKind.ORGANISING_USE: "Tổ chức sử dụng",
        IncidentKind.HARBOURING_USE: "Chứa chấp sử dụng",
        IncidentKind.FORCING_USE: "Cưỡng bức sử dụng",
        IncidentKind.INCITING_USE: "Lôi kéo sử dụng",
        IncidentKind.MANAGEMENT_BREACH: "Vi phạm quy định quản lý",
        IncidentKind.USE: "Sử dụng trái phép",
    }
)

DETECTED_BY: Mapping[str, str] = MappingProxyType(
    {
        DetectedBy.COMMUNE: "Công an xã",
        DetectedBy.DISTRICT: "Công an huyện (cũ)",
        DetectedBy.PROVINCE: "Công an tỉnh",
        DetectedBy.MINISTRY: "Bộ Công an",
        DetectedBy.BORDER_GUARD: "Bộ đội Biên phòng",
        DetectedBy.CUSTOMS: "Hải quan",
        DetectedBy.TIP: "Tin báo",
        DetectedBy.UNKNOWN: "Chưa rõ",
    }
)

SUBSTANCES: Mapping[str, str] = MappingProxyType(
    {
        Substance.HEROIN: "Heroin",
        Substance.SYNTHETIC: "Ma túy tổng hợp",
        Substance.CANNABIS: "Cần sa",
        Substance.OPIUM: "Thuốc phiện",
        Substance.COCAINE: "Cocain",
        Substance.KETAMINE: "Ketamin",
        Substance.OTHER: "Ma túy khác",
    }
)

AT_HOME: Mapping[str, str] = MappingProxyType(
    {AtHome.HOME: "là nơi ở", AtHome.NOT_HOME: "không phải nơi ở", AtHome.UNKNOWN: "chưa rõ"}
)

PRECISIONS: Mapping[str, str] = MappingProxyType(
    {
        Precision.EXACT: "tọa độ chính xác",
        Precision.STREET: "theo đường, phố",
        Precision.SUB_UNIT: "theo thôn, tổ dân phố",
        Precision.COMMUNE: "theo xã, phường",
        Precision.PROVINCE: "theo tỉnh",
        Precision.UNLOCATED: "chưa định vị được",
    }
)

DOUBTS: Mapping[str, str] = MappingProxyType(
    {
        Doubt.CONTRADICTION: "Thông tin trái nhau",
        Doubt.SPLIT: "Xã cũ đã chia tách",
        Doubt.SEVERAL: "Nhiều xã phù hợp",
        Doubt.UNSURE: "Chưa đủ rõ",
        Doubt.PROVINCE: "Chỉ biết tỉnh",
        Doubt.UNLOCATED: "Không rõ địa điểm",
    }
)

LAYERS: Mapping[str, str] = MappingProxyType(
    {
        Layer.INCIDENTS: "Vụ việc",
        Layer.HOTSPOTS: "Điểm, tụ điểm",
        Layer.INDICATORS: "Chỉ tiêu xã",
        Layer.SUB_UNITS: "Thôn, tổ dân phố",
        Layer.CAMPAIGNS: "Đợt cao điểm",
        Layer.CORRIDORS: "Tuyến trọng điểm",
        Layer.FACILITIES: "Cơ sở, địa điểm",
    }
)

ROLES: Mapping[str, str] = MappingProxyType(
    {
        Role.PLANNER: "Cán bộ kế hoạch",
        Role.COMMUNE: "Cán bộ xã",
        Role.ANALYST: "Cán bộ phân tích",
        Role.ADMIN: "Quản trị",
    }
)

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        ScopeKind.NATION: "Toàn quốc",
        ScopeKind.PROVINCES: "Theo tỉnh, thành phố",
        ScopeKind.COMMUNE: "Một xã, phường, đặc khu",
    }
)

NEIGHBOURS: Mapping[str, str] = MappingProxyType(
    {"CHN": "Trung Quốc", "LAO": "Lào", "KHM": "Cam-pu-chia"}
)

GATE_KINDS: Mapping[str, str] = MappingProxyType(
    {"international": "Cửa khẩu quốc tế", "main": "Cửa khẩu chính", "secondary": "Cửa khẩu phụ"}
)


def vn_number(value: float | None, digits: int = 0) -> str:
    """Write a number with dots between thousands and a decimal comma.

    >>> vn_number(1234567), vn_number(1234.5, 1), vn_number(None)
    ('1.234.567', '1.234,5', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def vn_date(day: date | None) -> str:
    """Write a day as dd/mm/yyyy.

    >>> vn_date(date(2026, 6, 14))
    '14/06/2026'
    """
    return "–" if day is None else f"{day:%d/%m/%Y}"


def vn_moment(moment: datetime) -> str:
    """Write a moment in Vietnamese time, to the minute."""
    return f"{moment.astimezone(HANOI):%d/%m/%Y %H:%M}"


def vn_period(period: Period) -> str:
    """Write a period with an en dash.

    >>> vn_period(Period(date(2025, 12, 15), date(2026, 12, 14)))
    '15/12/2025 – 14/12/2026'
    """
    return f"{vn_date(period.start)} – {vn_date(period.end)}"
