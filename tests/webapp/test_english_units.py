"""The pages of communes, hamlets, provinces, progress and reports in English."""

import pytest
from flask.testing import FlaskClient

from models.criteria import load_ruleset
from models.evidence import criterion_words
from models.session import Database
from tests.webapp.conftest import SignIn
from tests.webapp.english_pages import assert_page_is_english, names_stored, speak_english
from tests.webapp.test_commune_page import classified as _classified
from webapp.rule_words import known_words
from webapp.told import AS_WRITTEN

classified = _classified

PAGES = (
    *("/communes/23401", "/communes/23401?period=2025", "/communes/23401?known_on=2026-05-01"),
    *("/communes/23401/assessment", "/communes/23401/declare", "/communes/23401/sub-units"),
    *("/provinces", "/provinces/51", "/provinces/51/assessment"),
    *("/progress", "/progress?province=51", "/reports"),
)
DECISIONS = ("QĐ-TTg", "QĐ-BCA", "QĐ-UBND", "KH-UBND", "point đ")


def test_the_pages_are_english(classified: Database, signed_in: SignIn) -> None:
    reader: FlaskClient = speak_english(signed_in("planner"))
    names = {*names_stored(classified), *DECISIONS}

    for address in PAGES:
        answer = reader.get(address)
        assert answer.status_code == 200, address
        assert_page_is_english(answer.text, names)


@pytest.mark.parametrize("name", ["qd28_2025", "qd3122_2010"])
def test_every_word_of_a_rule_set_can_be_said_in_english(name: str) -> None:
    rules = load_ruleset(name)
    told = [
        text
        for scheme in (rules.commune, rules.province)
        for words in criterion_words(scheme).values()
        for text in words.values()
    ]

    assert [text for text in told if known_words(text) != text] == []
    assert [text for text in told if known_words(text).pattern == AS_WRITTEN] == []


def test_a_text_of_no_pattern_stays_as_it_is() -> None:
    assert known_words("Xã đã họp ngày hôm qua").pattern == AS_WRITTEN
