"""Facts of the site: everybody reads, administrators write."""

from __future__ import annotations

import pytest

from models import site
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Viewer
from tests.models.specimens import ADMIN, ANALYST, OFFICER, PLANNER


def test_a_fact_is_read_by_everybody_and_can_be_replaced(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert site.get(session, ANONYMOUS, "simulated", default=False) is False
        site.put(session, ADMIN, "simulated", True)
        assert site.get(session, ANONYMOUS, "simulated") is True
        site.put(session, ADMIN, "simulated", {"seed": 1, "nơi": ["Đắk Lắk"]})
        assert site.get(session, OFFICER, "simulated") == {"seed": 1, "nơi": ["Đắk Lắk"]}


@pytest.mark.parametrize("viewer", [PLANNER, ANALYST, OFFICER], ids=lambda viewer: viewer.name)
def test_only_administrators_write_facts(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        site.put(session, viewer, "simulated", False)
