"""Sentences that services put together are said in the language of the reader."""

import json
import pickle
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from geo.records import Period
from webapp.languages import COOKIE, in_words, untold
from webapp.told import VIETNAMESE, Told, packed, say, told, told_list, unpacked

DAY = date(2026, 6, 14)


@pytest.fixture
def english(app: Flask):  # type: ignore[no-untyped-def]
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        yield


def test_a_sentence_is_the_vietnamese_text_for_whoever_takes_it_as_a_text() -> None:
    made = told("{n} vụ, {share:1} %", n=1234, share=12.34)

    assert made == "1.234 vụ, 12,3 %"
    assert isinstance(made, str)
    assert pickle.loads(pickle.dumps(made)).values == made.values


def test_numbers_days_and_periods_are_written_as_each_language_does(english: None) -> None:
    moment = datetime(2026, 6, 14, 1, 30, tzinfo=UTC)
    made = told("{n:1}; {day}; {at}; {of}", n=1234.5, day=DAY, at=moment, of=Period(DAY, DAY))

    assert made == "1.234,5; 14/06/2026; 14/06/2026 08:30; 14/06/2026 – 14/06/2026"
    assert in_words(made) == "1,234.5; 14 Jun 2026; 14 Jun 2026 08:30; 14 Jun 2026 – 14 Jun 2026"


def test_labels_inside_are_translated_and_names_are_not(english: None) -> None:
    made = told_list([told("Vụ việc"), "Vụ việc"], "; ")

    assert in_words(made) == f"{in_words('Vụ việc')}; Vụ việc"
    assert in_words("Vụ việc") != "Vụ việc"


def test_a_label_may_begin_a_sentence(english: None) -> None:
    made = told("{what!c}: {n}", what=told("vụ việc"), n=3)

    assert made == "Vụ việc: 3"
    assert in_words(made) == f"{in_words('vụ việc').capitalize()}: 3"


def test_what_a_name_holds_is_no_pattern(english: None) -> None:
    assert in_words(told("{name}", name="{n} %(n)s <b>")) == "{n} %(n)s <b>"


def test_english_chooses_a_word_by_a_number() -> None:
    said = [say("{n} {n|case|cases}", {"n": n}, VIETNAMESE) for n in (0, 1, 1234)]

    assert said == ["0 cases", "1 case", "1.234 cases"]


def test_a_sentence_without_english_is_known_as_such(english: None) -> None:
    assert untold(told("Câu này chưa có bản tiếng Anh ở đâu cả"))
    assert not untold(told("{n}", n=3))


def test_a_value_that_is_missing_from_a_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        Told("{n} vụ", {})


def test_sentences_survive_being_kept_as_json(english: None) -> None:
    made = {"notes": [told("Vụ việc"), told_list([told("{n:1}", n=1234.5), "Bến Quan"], " ")]}

    back = unpacked(json.loads(json.dumps(packed(made))))

    assert back == made
    assert in_words(back["notes"])[1] == "1,234.5 Bến Quan"
