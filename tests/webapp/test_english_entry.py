"""The forms by which records are written speak English, with their faults and doubts."""

from __future__ import annotations

import pytest

from models.session import Database
from tests.webapp.conftest import SignIn
from tests.webapp.english_pages import assert_page_is_english, names_stored, speak_english
from tests.webapp.test_entry_pages import FACILITY, HOTSPOT, INCIDENT, post

FORMS = {"/incidents": INCIDENT, "/hotspots": HOTSPOT, "/facilities": FACILITY}


def test_forms_their_faults_and_their_doubts_are_english(
    signed_in: SignIn, seeded_database: Database
) -> None:
    client = speak_english(signed_in("planner"))
    for path, fields in FORMS.items():
        plain = {**fields, "note": ""}
        post(client, f"{path}/new", 303, **plain)
        pages = (
            client.get(f"{path}/new").text,
            client.get(f"{path}/1/edit").text,
            post(client, f"{path}/new", 400, **{**plain, "kind": "", "ref": "Nguyễn Văn An"}),
            post(client, f"{path}/new", 200, **plain),
        )
        for page in pages:
            assert_page_is_english(page, {*names_stored(seeded_database), "Nguyễn Văn An"})


def test_a_day_that_cannot_be_used_is_told_in_english(signed_in: SignIn) -> None:
    page = speak_english(signed_in("planner")).get("/border?from=mai&to=2026-06-14").text

    assert "Enter the date as 14/06/2026" in page


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/incidents/0", "There is no incident record number «0»"),
        ("/incidents/0/edit", "There is no incident record number «0»"),
        ("/hotspots/0/edit", "There is no hotspot number «0»"),
        ("/facilities/x", "There is no facility number «x»"),
        ("/corridors/0", "There is no key route number «0»"),
        ("/campaigns/0", "There is no campaign number «0»"),
        ("/api/facilities/0", "There is no facility number «0»"),
    ],
)
def test_a_number_that_nothing_has_is_told_in_english(
    signed_in: SignIn, path: str, said: str
) -> None:
    answer = speak_english(signed_in("planner")).get(path)

    assert answer.status_code == 404
    assert said in (answer.get_json(force=True)["detail"] if "/api/" in path else answer.text)
