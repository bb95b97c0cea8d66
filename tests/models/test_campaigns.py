"""Campaigns in the store: entered, changed, withdrawn, imported and undone, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely

from geo.campaign_areas import circle
from geo.terms import Layer
from models import campaign_changes, campaigns, undone_imports
from models.campaign_cases import Control, cases_around, days_of_records
from models.campaigns import Campaign, StoredCampaign
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.hand_kept import BY_HAND
from models.record_changes import changes_of_campaign
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    an_import,
    an_incident,
    keep_incidents,
    placed,
    somewhere_in,
)

SQUARE = shapely.MultiPolygon([shapely.box(108.0, 14.0, 108.1, 14.1)])


def a_campaign(ref: str = "CD-1", **changes: object) -> Campaign:
    """A month in the commune 23401."""
    campaign = Campaign(
        ref=ref,
        source="CÔNG AN TỈNH A",
        name="Cao điểm tháng ba",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        area_text="Xã Đắk Tô",
        area=SQUARE,
        commune_codes=("23401",),
        province_code="51",
        commune_code="23401",
        line=4,
    )
    return replace(campaign, **changes)


def found(database: Database, viewer: Viewer = PLANNER) -> list[StoredCampaign]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return campaigns.find_campaigns(session, viewer)


def entered(database: Database, campaign: Campaign, viewer: Viewer = PLANNER) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return campaign_changes.enter_campaign(session, viewer, campaign, at=NOON)


def test_what_is_stored_comes_back_bit_for_bit(database: Database) -> None:
    round_one = a_campaign(
        "CD-2",
        area=circle(108.05, 14.05, 800.0),
        commune_codes=(),
        lon=108.05,
        lat=14.05,
        radius_m=800.0,
    )
    entered(database, a_campaign())
    entered(database, round_one)

    second, first = found(database)
    assert (first.commune_codes, first.starts_on, first.created_at) == (
        ("23401",),
        date(2026, 3, 1),
        NOON,
    )
    assert first.area.equals_exact(SQUARE, 0.0)
    assert second.area.equals_exact(round_one.area, 0.0)
    assert (second.lon, second.radius_m, second.created_by) == (108.05, 800.0, "planner")


def test_readers_see_what_lies_in_their_scope(database: Database) -> None:
    entered(database, a_campaign("one commune"))
    entered(database, a_campaign("two communes", commune_code=None))
    entered(database, a_campaign("two provinces", commune_code=None, province_code=None))

    def refs(viewer: Viewer) -> set[str]:
        return {campaign.ref for campaign in found(database, viewer)}

    assert refs(ANALYST) == {"one commune", "two communes", "two provinces"}
    assert refs(PLANNER_51) == {"one commune", "two communes"}
    assert refs(OFFICER) == {"one commune"}
    assert refs(PLANNER_01) == set()


def test_writers_stay_inside_their_scope_and_readers_write_nothing(database: Database) -> None:
    for viewer in (ANALYST, OFFICER, PLANNER_01):
        with pytest.raises(NotAllowedError):
            entered(database, a_campaign(), viewer)
    with pytest.raises(NotAllowedError):
        entered(database, a_campaign(province_code=None, commune_code=None), PLANNER_51)
    id_ = entered(database, a_campaign(), PLANNER_51)
    outside = a_campaign(province_code="01", commune_code="00004")
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        campaign_changes.change_campaign(session, PLANNER_51, id_, outside, at=NOON)
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotFoundError):
        campaign_changes.withdraw_campaign(session, PLANNER_01, id_, "x", at=NOON)


def test_a_change_keeps_the_earlier_content_and_the_same_content_is_none(
    database: Database,
) -> None:
    id_ = entered(database, a_campaign())
    longer = a_campaign("another", ends_on=date(2026, 4, 15))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert campaign_changes.change_campaign(session, PLANNER, id_, longer, at=NOON)
        assert not campaign_changes.change_campaign(session, PLANNER, id_, longer, at=NOON)
        (change,) = changes_of_campaign(session, PLANNER, id_)

    (campaign,) = found(database)
    assert (campaign.ref, campaign.ends_on) == ("CD-1", date(2026, 4, 15))
    assert [(f.name, f.before, f.after) for f in change.fields] == [
        ("ends_on", "2026-03-31", "2026-04-15")
    ]


def test_the_same_campaign_is_not_entered_twice(database: Database) -> None:
    entered(database, a_campaign())
    with pytest.raises(ConflictError):
        entered(database, a_campaign())


def test_a_withdrawn_campaign_is_gone_from_the_list_and_comes_back(database: Database) -> None:
    id_ = entered(database, a_campaign())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        campaign_changes.withdraw_campaign(session, PLANNER, id_, "nhập nhầm", at=NOON)
        told = campaign_changes.withdrawal_of(session, PLANNER, id_)
    assert told is not None
    assert (told.reason, told.by, told.at) == ("nhập nhầm", "planner", NOON)
    assert found(database) == []

    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(ConflictError):
        campaign_changes.withdraw_campaign(session, PLANNER, id_, "lần nữa", at=NOON)
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(ConflictError):
        campaign_changes.change_campaign(session, PLANNER, id_, a_campaign(), at=NOON)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        campaign_changes.restore_campaign(session, PLANNER, id_, at=NOON)
        assert campaign_changes.withdrawal_of(session, PLANNER, id_) is None
    assert [campaign.id for campaign in found(database)] == [id_]


def test_undoing_an_import_restores_outline_and_days(database: Database) -> None:
    wider = shapely.MultiPolygon([shapely.box(108.0, 14.0, 108.3, 14.3)])
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = an_import(session, Layer.CAMPAIGNS)
        campaigns.add_campaigns(session, PLANNER, [a_campaign("A"), a_campaign("B")], first)
        second = an_import(session, Layer.CAMPAIGNS)
        records = [a_campaign("A", area=wider, area_text="rộng hơn"), a_campaign("C")]
        added = campaigns.add_campaigns(session, PLANNER, records, second)
    assert (added.added, added.changed) == (1, 1)

    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undone_imports.undo_import(session, PLANNER, second, at=NOON)
    back = {campaign.ref: campaign for campaign in found(database)}
    assert sorted(back) == ["A", "B"]
    assert back["A"].area.equals_exact(SQUARE, 0.0)
    assert (back["A"].area_text, back["A"].import_id) == ("Xã Đắk Tô", first)


def test_undoing_an_import_leaves_what_a_person_changed_since(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = an_import(session, Layer.CAMPAIGNS)
        campaigns.add_campaigns(session, PLANNER, [a_campaign()], first)
        second = an_import(session, Layer.CAMPAIGNS)
        campaigns.add_campaigns(session, PLANNER, [a_campaign(note="từ tệp")], second)
        (campaign,) = campaigns.find_campaigns(session, PLANNER)
        by_hand = a_campaign(note="do người sửa")
        campaign_changes.change_campaign(session, PLANNER, campaign.id, by_hand, at=NOON)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undone_imports.undo_import(session, PLANNER, second, at=NOON)
    assert [campaign.note for campaign in found(database)] == ["do người sửa"]


def test_what_a_person_withdrew_no_undoing_and_no_file_brings_back(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = an_import(session, Layer.CAMPAIGNS)
        campaigns.add_campaigns(session, PLANNER, [a_campaign("A"), a_campaign("B")], first)
        id_ = next(c.id for c in campaigns.find_campaigns(session, PLANNER) if c.ref == "A")
        campaign_changes.withdraw_campaign(session, PLANNER, id_, "nhập nhầm", at=NOON)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        plan = undone_imports.undo_import(session, PLANNER, first, at=NOON)
        assert (plan.removed, plan.restored) == (1, 0)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        again = an_import(session, Layer.CAMPAIGNS)
        records = [a_campaign("A"), a_campaign("B")]
        added = campaigns.add_campaigns(session, PLANNER, records, again)
        told = campaign_changes.withdrawal_of(session, PLANNER, id_)
    assert [record.ref for record in added.put_away] == ["A"]
    assert [campaign.ref for campaign in found(database)] == ["B"]
    assert told is not None
    assert told.reason == "nhập nhầm"


def test_what_a_person_withdrew_gets_its_earlier_content_back_and_stays_withdrawn(
    database: Database,
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = an_import(session, Layer.CAMPAIGNS)
        campaigns.add_campaigns(session, PLANNER, [a_campaign()], first)
        second = an_import(session, Layer.CAMPAIGNS)
        renamed = [a_campaign(name="Tên khác"), a_campaign("B")]
        campaigns.add_campaigns(session, PLANNER, renamed, second)
        id_ = next(c.id for c in campaigns.find_campaigns(session, PLANNER) if c.ref == "CD-1")
        campaign_changes.withdraw_campaign(session, PLANNER, id_, "nhập nhầm", at=NOON)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        plan = undone_imports.undo_import(session, PLANNER, second, at=NOON)
        stored = campaigns.find_campaign(session, PLANNER, id_)
        told = campaign_changes.withdrawal_of(session, PLANNER, id_)
    assert (plan.removed, plan.restored) == (1, 1)
    assert (stored.name, stored.import_id) == ("Cao điểm tháng ba", first)
    assert stored.withdrawn == BY_HAND
    assert told is not None
    assert (told.reason, told.by) == ("nhập nhầm", "planner")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        campaign_changes.restore_campaign(session, PLANNER, id_, at=NOON)
    assert [(c.ref, c.name) for c in found(database)] == [("CD-1", "Cao điểm tháng ba")]


def test_what_a_person_may_not_restore_is_left_as_it_is(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = an_import(session, Layer.CAMPAIGNS)
        campaigns.add_campaigns(session, PLANNER, [a_campaign()], first)
        (campaign,) = campaigns.find_campaigns(session, PLANNER)
    for undone in (False, True):
        if undone:
            with unit_of_work(database, LOCAL_OPERATOR) as session:
                undone_imports.undo_import(session, PLANNER, first, at=NOON)
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            with pytest.raises(ConflictError):
                campaign_changes.restore_campaign(session, PLANNER, campaign.id, at=NOON)
            assert changes_of_campaign(session, PLANNER, campaign.id) == []
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        with pytest.raises(ConflictError):
            campaign_changes.withdraw_campaign(session, PLANNER, campaign.id, "x", at=NOON)
        assert campaigns.find_campaign(session, PLANNER, campaign.id).withdrawn == "undone"
    assert found(database) == []


def test_cases_have_a_point_only_where_it_is_known_and_tips_never_count(
    database: Database,
) -> None:
    keep_incidents(
        database,
        an_incident("1", placement=placed("23401", 108.05, 14.05)),
        an_incident("2", placement=somewhere_in("23401")),
        an_incident("3", placement=placed("23401"), verified=False),
        an_incident("4", placement=placed("00004", 105.8, 21.0), occurred_on=date(2026, 1, 2)),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        days = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
        box, rest = (108.0, 14.0, 108.1, 14.1), Control(("51",))
        cases = cases_around(session, PLANNER, box, rest, **days)
        foreign = cases_around(session, PLANNER_01, box, rest, **days)
        others = cases_around(session, PLANNER, box, Control(("51",), elsewhere=True), **days)
        near = cases_around(session, PLANNER, box, Control(("01",)), **days)
        spanned = days_of_records(session, PLANNER, ["01", "51"])
        nothing = days_of_records(session, PLANNER, ["68"])

    assert cases.communes.tolist() == ["23401", "23401"]
    assert cases.located.tolist() == [True, False]
    assert cases.days.astype(str).tolist() == ["2026-03-08"] * 2
    assert foreign.ids.size == 0
    assert others.control.tolist() == [False, False, True]
    assert near.control.tolist() == [False, True]
    assert (spanned, nothing) == ((date(2026, 1, 2), date(2026, 3, 8)), None)
