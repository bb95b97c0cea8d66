"""Tokens as people read them: their state, the layers that they open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from models.api_tokens import ApiToken, TokenState
from webapp.labels import HANOI
from webapp.told import Told, told

LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "communes": "Xã, phường và loại địa bàn",
        "incidents": "Vụ việc và số liệu",
        "hotspots": "Điểm, tụ điểm",
        "clusters": "Cụm",
        "corridors": "Tuyến trọng điểm",
        "border": "Biên giới",
        "facilities": "Cơ sở, địa điểm",
        "progress": "Tiến độ",
        "reports": "Báo cáo, bản in",
    }
)
"""What a token may be cut to, in words."""


def state_words(token: ApiToken, at: datetime) -> Told:
    """Whether a token works, with the day that matters."""
    state = token.state(at)
    if state is TokenState.REVOKED and token.revoked_at is not None:
        return told("đã thu hồi {day}", day=token.revoked_at.astimezone(HANOI).date())
    ends = token.expires_at.astimezone(HANOI).date()
    if state is TokenState.EXPIRED:
        return told("hết hạn {day}", day=ends)
    if state is TokenState.ASLEEP:
        return told("tạm ngừng: tài khoản bị khóa hoặc giảm quyền")
    return told("dùng đến {day}", day=ends)
