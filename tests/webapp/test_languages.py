"""English beside Vietnamese, and light beside dark, as the server hands them out."""

import json
import re

import pytest
from flask.testing import FlaskClient

from tests.webapp.conftest import SignIn, csrf_token
from webapp.languages import english_translations


def choose(client: FlaskClient, page: str, **choice: str):  # type: ignore[no-untyped-def]
    """Press a switch on a page."""
    token = csrf_token(client.get(page).text)
    data = {"csrf_token": token, **choice}
    return client.post("/preferences", data=data, headers={"Referer": f"http://localhost{page}"})


@pytest.fixture
def reader(signed_in: SignIn) -> FlaskClient:
    """A planner who chose English."""
    client = signed_in("planner")
    choose(client, "/map", language="en")
    return client


def test_the_pages_speak_vietnamese_unless_told_otherwise(signed_in: SignIn) -> None:
    page = signed_in("planner").get("/map", headers={"Accept-Language": "en"}).text

    assert '<html lang="vi"' in page
    assert "Tỉnh, thành phố" in page
    assert 'id="script-words"' not in page


def test_choosing_a_language_leads_back_to_the_view(signed_in: SignIn) -> None:
    client = signed_in("planner")
    answer = choose(client, "/map?province=51&to=2026-03-31", language="en")

    assert answer.status_code == 302
    assert answer.location == "/map?province=51&to=2026-03-31"
    assert '<html lang="en"' in client.get("/map").text
    choose(client, "/map", language="vi")
    assert '<html lang="vi"' in client.get("/map").text


def test_a_stranger_may_choose_a_language_too(visitor: FlaskClient) -> None:
    choose(visitor, "/login", language="en")
    page = visitor.get("/login").text

    assert "Sign in" in page
    assert "Đăng nhập" not in page


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/map",
        "http://localhost//evil.example",
        "",
        "http://localhost/logout",
        "http://[",
    ],
)
def test_choosing_never_leads_off_the_site_or_to_an_action(signed_in: SignIn, referer: str) -> None:
    client = signed_in("planner")
    data = {"csrf_token": csrf_token(client.get("/map").text), "language": "en"}

    assert client.post("/preferences", data=data, headers={"Referer": referer}).location == "/"


def test_a_language_or_theme_that_there_is_not_changes_nothing(signed_in: SignIn) -> None:
    client = signed_in("planner")
    answer = choose(client, "/map", language="tlh", theme="pink")

    assert "Set-Cookie" not in answer.headers
    client.set_cookie("diaban_language", "tlh")
    client.set_cookie("diaban_theme", '"><script>')
    page = client.get("/map").text
    assert '<html lang="vi" data-theme="auto">' in page


def test_choosing_needs_the_guard_against_forgery(signed_in: SignIn) -> None:
    assert signed_in("planner").post("/preferences", data={"language": "en"}).status_code == 400


def test_the_map_brings_the_english_of_its_scripts(reader: FlaskClient) -> None:
    page = reader.get("/map").text
    found = re.search(r'id="script-words">(.*?)</script>', page)
    assert found
    words = json.loads(found.group(1))

    assert words["Không kết nối được máy chủ. Hãy kiểm tra mạng nội bộ rồi tải lại trang."]
    assert "Commune classes" not in words
    data = re.search(r'id="page-data">(.*?)</script>', page)
    assert data
    assert json.loads(data.group(1))["words"]["statuses"]["re_emerged"] == "Re-emerged"


def test_errors_of_the_api_speak_the_language_of_the_page(reader: FlaskClient) -> None:
    answer = reader.get("/api/nothing")

    assert answer.json is not None
    assert answer.json["title"] == "Not found"
    assert "There is no address" in answer.json["detail"]
    assert "Not found" in reader.get("/nothing").text


def test_what_was_typed_is_text_in_an_english_error_as_well(reader: FlaskClient) -> None:
    page = reader.get("/hotspots/%3Cscript%3E%25(x)s").text

    assert "&lt;script&gt;%(x)s" in page
    assert "<script>%" not in page
    assert 'lang="vi">' in page
    refused = reader.get("/api/summary?from=%3Cscript%3E").json
    assert refused is not None
    assert refused["detail"].startswith("«first day» (from) takes a day as")


def test_every_page_is_english_as_a_whole(reader: FlaskClient) -> None:
    page = reader.get("/progress").text

    assert '<html lang="en"' in page
    assert re.search(r'<main id="content" tabindex="-1" class="', page)
    assert "Progress" in page
    assert 'lang="vi"' not in re.sub(r'value="vi" lang="vi"', "", reader.get("/map").text)


def test_nothing_said_in_english_is_nothing(reader: FlaskClient) -> None:
    assert english_translations().ugettext("") == ""
    assert "Plural-Forms" not in reader.get("/map").text


@pytest.mark.parametrize(
    ("theme", "media"),
    [("auto", "screen and (prefers-color-scheme: dark)"), ("dark", "screen"), ("light", "not all")],
)
def test_the_theme_arrives_with_the_page(signed_in: SignIn, theme: str, media: str) -> None:
    client = signed_in("planner")
    choose(client, "/map", theme=theme)
    page = client.get("/map").text

    assert f'data-theme="{theme}"' in page
    assert re.search(rf'css/dark\.css[^>]* media="{re.escape(media)}"', page)
    assert f'value="{theme}" aria-pressed="true"' in page


def test_an_english_word_of_a_page_follows_its_number(reader: FlaskClient) -> None:
    with reader.application.test_request_context("/", headers={"Cookie": "diaban_language=en"}):
        page = reader.application.jinja_env.from_string('{{ _("%(n)s vụ", n=n) }}')
        assert [page.render(n=n) for n in ("0", "1", "21")] == [
            "0 incidents",
            "1 incident",
            "21 incidents",
        ]
        hostile = "{n|a|b}<script>"
        assert page.render(n=hostile) == "{n|a|b}&lt;script&gt; incidents"
