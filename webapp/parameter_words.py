"""Parameters and codes of addresses as people call them, for errors about them."""

from __future__ import annotations

from collections.abc import Mapping

from webapp import labels
from webapp.told import Told, as_written, told

NAMES = {
    "on": "ngày xem",
    "from": "từ ngày",
    "to": "đến ngày",
    "day": "ngày",
    "since": "từ ngày",
    "as_of": "tính đến ngày",
    "kind": "loại",
    "hkind": "loại điểm",
    "substance": "chất ma túy",
    "detected": "lực lượng phát hiện",
    "side": "nhóm hành vi",
    "type": "loại diễn biến",
    "status": "tình trạng",
    "layer": "lớp dữ liệu",
    "level": "mức chi tiết",
    "watch": "theo dõi",
    "sort": "thứ tự xếp",
    "known_on": "như biết đến ngày",
    "class": "phân loại",
    "state": "trạng thái đánh giá",
    "page": "trang",
    "part": "phần số liệu",
    "province": "tỉnh",
    "commune": "xã",
    "period": "kỳ",
    "hotspot": "điểm",
    "corrects": "diễn biến được sửa",
    "run": "lần phân tích",
    "zoom": "mức phóng",
    "bbox": "khung bản đồ",
    "near": "gần cơ sở",
    "band": "dải biên giới",
    "precision": "độ chính xác vị trí",
    "flag": "cờ của cụm",
    "verified": "đã xác minh",
    "boundaries": "bản đồ dùng để gọi tên xã",
    "crs": "hệ tọa độ",
    "filter": "điều kiện CQL2",
    "lat": "vĩ độ",
    "lon": "kinh độ",
}
CODES: Mapping[str, str] = {
    **labels.HOTSPOT_KINDS,
    **labels.HOTSPOT_STATUSES,
    **labels.EVENT_TYPES,
    **labels.CLUSTER_FLAGS,
    **labels.ALERT_KINDS,
    **labels.LAYERS,
    "nation": "cả nước",
    "province": "tỉnh",
    "full": "đầy đủ",
    "due": "đến hạn",
}


def named(name: str) -> Told:
    """A parameter as people call it, with its name in brackets.

    >>> named("on"), named("x")
    ('«ngày xem» (on)', '«x»')
    """
    if name not in NAMES:
        return as_written(f"«{name}»")
    return told("«{words}» ({code})", words=told(NAMES[name]), code=name)


def with_words(code: str) -> Told:
    """A code with the word for it before it, where there is one.

    >>> with_words("use_den"), with_words("csv")
    ('Điểm tổ chức, chứa chấp sử dụng (use_den)', 'csv')
    """
    if code not in CODES:
        return as_written(code)
    return told("{words} ({code})", words=told(CODES[code]), code=code)
