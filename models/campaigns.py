"""High-tide campaigns (đợt cao điểm): a name, days, an area; every earlier content is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import Added, digest_of
from models.columns import json_text, raw_geometry
from models.disclosure import in_scope, visible
from models.errors import NotAllowedError, NotFoundError
from models.hand_kept import add_kept
from models.tables import campaigns
from models.viewers import Viewer

ENTERED = "nhập trên trang"
"""Source of campaigns that were entered by a form."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with the area it covers.

    `commune_codes` are codes of communes (five digits) and of whole provinces
    (two digits) on the map in force, empty for a circle (`lon`, `lat`, WGS 84,
    `radius_m`) and a drawn outline. `area` is the outline in any case, WGS 84:
    that of communes as it was when stored.
    """

    ref: str
    source: str
    name: str
    starts_on: date
    ends_on: date
    area_text: str
    area: BaseGeometry
    commune_codes: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    province_code: str | None = None
    commune_code: str | None = None
    note: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCampaign(Campaign):
    """A campaign with its number here; `import_id` is None where a person entered it last."""

    id: int
    import_id: int | None
    withdrawn: str | None
    created_at: datetime
    created_by: str


def add_campaigns(
    session: Session, viewer: Viewer, records: Sequence[Campaign], import_id: int
) -> Added[Campaign]:
    """Store the campaigns that are new; of changed ones the earlier content becomes a version.

    One that a person withdrew stays as it is and is told in `put_away`.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or an area lies outside the viewer's scope.
    """
    viewer.require_write()
    for record in records:
        require_covered(viewer, record)
    at = datetime.now(UTC)
    return add_kept(
        session,
        viewer,
        Layer.CAMPAIGNS,
        records,
        lambda record: campaign_values(record, viewer, import_id, at),
        import_id=import_id,
        at=at,
    )


def find_campaigns(session: Session, viewer: Viewer) -> list[StoredCampaign]:
    """The campaigns in use that the viewer sees, the latest begun first."""
    c = campaigns.c
    statement = select(campaigns).where(visible(viewer, campaigns))
    ordered = statement.order_by(c.starts_on.desc(), c.id.desc())
    return [_stored(row) for row in session.execute(ordered)]


def find_campaign(session: Session, viewer: Viewer, id: int) -> StoredCampaign:
    """One campaign, withdrawn or not.

    Raises
    ------
    NotFoundError
        If there is none of this number that the viewer sees.
    """
    wanted = select(campaigns).where(campaigns.c.id == id, in_scope(viewer, campaigns))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFoundError(f"Không có đợt cao điểm số {id} trong phạm vi của tài khoản.")
    return _stored(row)


def require_covered(viewer: Viewer, campaign: Campaign) -> None:
    """Raise `NotAllowedError` unless the area of a campaign lies in the viewer's scope."""
    if not viewer.scope.covers(campaign.province_code, campaign.commune_code):
        raise NotAllowedError(
            f"Địa bàn của đợt «{campaign.name}» nằm ngoài phạm vi của tài khoản «{viewer.name}»."
        )


def campaign_values(
    record: Campaign, viewer: Viewer, import_id: int | None, at: datetime
) -> dict[str, Any]:
    """The columns of a new campaign as the driver takes them (`models.additions.insert_rows`).

    The outline of communes follows the map and is no part of the content.
    """
    codes = sorted(record.commune_codes)
    circle = (record.lon, record.lat, record.radius_m)
    drawn = "" if codes or record.radius_m is not None else shapely.to_wkb(record.area, hex=True)
    days = record.starts_on.isoformat(), record.ends_on.isoformat()
    texts = record.name, record.area_text, record.note
    return {
        "source": record.source,
        "ref": record.ref,
        "name": record.name,
        "starts_on": days[0],
        "ends_on": days[1],
        "area_text": record.area_text,
        "commune_codes": json_text(codes),
        "lon": record.lon,
        "lat": record.lat,
        "radius_m": record.radius_m,
        "area": raw_geometry(record.area),
        "province_code": record.province_code,
        "commune_code": record.commune_code,
        "note": record.note,
        "import_id": import_id,
        "line": record.line,
        "content_sha256": digest_of(*texts, *days, codes, *circle, drawn),
        "created_at": at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds"),
        "created_by": viewer.name,
    }


def _stored(row: Row[Any]) -> StoredCampaign:
    values = {name: getattr(row, name) for name in row._mapping if name != "content_sha256"}
    return StoredCampaign(**{**values, "commune_codes": tuple(row.commune_codes)})
