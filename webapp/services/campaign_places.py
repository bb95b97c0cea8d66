"""Where a campaign is: the communes, provinces, circle or outline that a person named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.campaign_areas import area_km2, circle
from geo.campaign_rows import CampaignDraft, read_campaigns
from geo.drafts import refused_row
from geo.errors import GeoError
from geo.records import Placement, PlaceQuery, RejectedRow
from geo.tables import Table
from geo.terms import Precision
from geo.typed_text import typed_text, without_marks
from models.campaigns import Campaign
from models.viewers import Scope
from webapp.labels import vn_number
from webapp.services.campaign_atlas import CONFIDENT, Atlas, PlaceRefusedError, find_part, place
from webapp.told import told

OUTSIDE_SCOPE = "địa bàn nằm ngoài phạm vi của tài khoản; gửi đợt này cho đơn vị phụ trách nơi ấy"
NAMED_LIKE_A_PERSON = told("hãy đặt tên gọi của đợt, không phải tên người")
OUTSIDE_COUNTRY = "vùng không nằm trên xã nào của bản đồ; kiểm tra lại tọa độ"


class NamelessError(GeoError):
    """Nothing but the name of a person is written where a campaign should be named."""


@dataclass(frozen=True, slots=True)
class PlacedCampaigns:
    """The campaigns of a file with a sure area, and the rows without."""

    records: list[Campaign]
    rejected: list[RejectedRow]
    warnings: tuple[str, ...]


def place_campaigns(
    atlas: Atlas,
    table: Table,
    source: str,
    scope: Scope,
    progress: Callable[[int, int], None] | None = None,
) -> PlacedCampaigns:
    """Read the campaigns of a table and find the area of each."""
    drafts = read_campaigns(table)
    records, rejected = [], list(drafts.rejected)
    for done, draft in enumerate(drafts.accepted, 1):
        try:
            records.append(place_campaign(atlas, draft, source, scope))
        except GeoError as refused:
            is_nameless = isinstance(refused, NamelessError)
            column = "name" if is_nameless else _column_of(draft, table)
            rejected.append(refused_row(table, draft.line, column, str(refused)))
        if progress is not None:
            progress(done, len(drafts.accepted))
    rejected.sort(key=lambda row: row.line)
    return PlacedCampaigns(records, rejected, drafts.warnings)


def place_campaign(atlas: Atlas, draft: CampaignDraft, source: str, scope: Scope) -> Campaign:
    """A campaign with its area.

    Raises
    ------
    GeoError
        If the area is not sure or lies outside the scope, or the name is that of a person.
    """
    campaign = Campaign(
        ref=draft.ref,
        source=source,
        name=_name(draft),
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        area_text=draft.area_text,
        area=draft.outline or MultiPolygon(),
        note=typed_text(draft.note),
        line=draft.line,
    )
    if draft.outline is not None:
        touched = atlas.touched(draft.outline)
        told = f"{draft.area_text or 'Vùng vẽ trên bản đồ'} ({_size(draft.outline)})"
        campaign = replace(campaign, area_text=told)
    elif draft.point is not None and draft.radius_m is not None:
        campaign = _in_circle(atlas, campaign, draft.point, draft.radius_m)
        touched = atlas.touched(campaign.area)
    else:
        codes = [find_part(atlas, part, draft) for part in draft.parts]
        touched = atlas.communes_of(codes)
        campaign = replace(
            campaign,
            commune_codes=tuple(sorted(set(codes))),
            area=atlas.outline(touched),
        )
    return inside(atlas, campaign, touched, scope)


def _name(draft: CampaignDraft) -> str:
    """The name of a campaign without names of persons."""
    name = typed_text(draft.name)
    if not without_marks(name):
        raise NamelessError(NAMED_LIKE_A_PERSON)
    return name


def inside(atlas: Atlas, campaign: Campaign, touched: Sequence[str], scope: Scope) -> Campaign:
    """The campaign with the province and the commune it lies in, if one alone.

    Raises
    ------
    PlaceRefusedError
        If it lies on no commune, or outside the scope.
    """
    if not touched:
        raise PlaceRefusedError(OUTSIDE_COUNTRY)
    provinces = atlas.provinces(touched)
    province = provinces[0] if len(provinces) == 1 else None
    commune = touched[0] if len(touched) == 1 else None
    if not scope.covers(province, commune):
        raise PlaceRefusedError(OUTSIDE_SCOPE)
    return replace(campaign, province_code=province, commune_code=commune)


def _in_circle(atlas: Atlas, campaign: Campaign, point: PlaceQuery, radius_m: float) -> Campaign:
    placed = place(atlas, replace(point, on=campaign.starts_on))
    exact = placed.precision is Precision.EXACT and placed.confidence >= CONFIDENT
    if not exact or placed.lon is None or placed.lat is None:
        raise PlaceRefusedError(_why_no_point(placed))
    around = f"quanh điểm {vn_number(placed.lat, 5)}; {vn_number(placed.lon, 5)}"
    told = f"Bán kính {vn_number(radius_m)} m {around}"
    return replace(
        campaign,
        area_text=f"{campaign.area_text}: {told}" if campaign.area_text else told,
        area=circle(placed.lon, placed.lat, radius_m),
        lon=placed.lon,
        lat=placed.lat,
        radius_m=radius_m,
    )


def _why_no_point(placed: Placement) -> str:
    warnings = [text for text in placed.warnings if "ọa độ" in text or "ĩ độ" in text]
    told = " ".join(warnings) or "Tọa độ không đọc được hoặc không nằm trong tỉnh đã ghi."
    return f"{told} Ghi vĩ độ, kinh độ WGS 84 bằng độ, ví dụ 14,65123 và 107,85123"


def _size(area: BaseGeometry) -> str:
    return f"{vn_number(area_km2(area), 1)} km²"


def _column_of(draft: CampaignDraft, table: Table) -> str:
    """The field that says where a campaign is."""
    if draft.outline is not None:
        return "geometry"
    if draft.point is not None:
        return next((n for n in ("lat", "coordinates", "lon") if n in table.headings), "lat")
    return "area_text" if "area_text" in table.headings else "province_name"
