"""Every pair of colours that has to be told apart is far enough apart, in both themes."""

import re

import pytest

from geo.standing_terms import CorridorMode
from webapp.assets import STATIC_DIR
from webapp.services.map_legend import ROUTE_LINES, SEGMENT_LINES

CSS = STATIC_DIR / "css"

READ = [
    *((ink, ground) for ink in ("ink", "muted", "link") for ground in ("paper", "card", "soft")),
    *(("ink", f"class-{c}") for c in ("unknown",)),
    *(("on-brand", "brand"), ("on-brand-muted", "brand"), ("on-primary", "primary")),
    *(("warn-ink", "warn-bg"), ("good-ink", "good-bg"), ("bad-ink", "bad-bg")),
    *(("ink", "land"), ("ink", "sea"), ("muted", "sea"), ("gate", "casing"), ("ink", "casing")),
    ("spot-re_emerged", "card"),
]
"""Text and what it stands on: 4.5 to 1 (WCAG 2.2, 1.4.3)."""

SEEN = [
    *((mark, ground) for mark in ("field-line", "focus") for ground in ("paper", "card")),
    ("accent", "brand"),
    *(
        (f"spot-{s}", "casing")
        for s in ("active", "re_emerged", "cleared", "suspected", "delisted")
    ),
    *((f"flag-{f}", "land") for f in ("known", "unrecorded", "re_emerging", "shifted")),
    *(("province-line", "land"), ("border-line", "border-casing"), ("gate", "land")),
    *((f"route-{mode}", ground) for mode in CorridorMode for ground in ("casing", "land")),
    *((f"segment-{cls}", "casing") for cls in (2, 3)),
    ("dot", "land"),
    *(("dot", f"class-{c}") for c in ("drug_free", "affected", "type_3", "type_2")),
]
"""Marks and what they stand on: 3 to 1 (WCAG 2.2, 1.4.11)."""

CLASSES = ("drug_free", "affected", "type_3", "type_2", "type_1")


def colours(theme: str) -> dict[str, str]:
    """The colours of a theme by name."""
    files = ["base.css"] if theme == "light" else ["base.css", "dark.css"]
    found: dict[str, str] = {}
    for name in files:
        root = re.search(r"(?s):root\s*{(.*?)}", (CSS / name).read_text("utf-8"))
        assert root, name
        found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", root.group(1)))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_the_whole_range() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("wanted", "pairs"), [(4.5, READ), (3.0, SEEN)], ids=["text", "marks"])
def test_colours_stand_off_their_ground(
    theme: str, wanted: float, pairs: list[tuple[str, str]]
) -> None:
    known = colours(theme)
    told = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in pairs}

    assert {pair: ratio for pair, ratio in told.items() if ratio < wanted} == {}


def test_the_classes_grow_darker_with_what_they_tell() -> None:
    known = colours("light")
    found = [luminance(known[f"class-{name}"]) for name in CLASSES[1:]]

    assert found == sorted(found, reverse=True)


def test_paper_has_the_colours_of_a_light_screen() -> None:
    known = colours("light")
    printed = {f"route-{mode.value}": colour for mode, (_, colour) in ROUTE_LINES.items()}
    printed |= {f"segment-{cls}": colour for cls, colour in enumerate(SEGMENT_LINES)}

    assert {name: colour.lower() for name, colour in printed.items()} == {
        name: known[name] for name in printed
    }


def test_a_page_of_routes_has_the_lines_of_the_map() -> None:
    text = (CSS / "corridors.css").read_text("utf-8")
    rules = dict(re.findall(r"(?m)^\.route-(\w+) { (stroke: var\(--route-.*?) }", text))

    assert rules == {
        mode.value: f"stroke: var(--route-{mode.value});"
        + (f" stroke-dasharray: {dash};" if dash else "")
        for mode, (dash, _) in ROUTE_LINES.items()
    }


def test_dark_has_a_value_of_its_own_for_every_colour_of_light() -> None:
    text = (CSS / "dark.css").read_text("utf-8")
    own = set(re.findall(r"--([\w-]+):", text))

    assert set(colours("light")) - own == set()


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_dark_colours_stand_in_one_file(path) -> None:  # type: ignore[no-untyped-def]
    # The reader's choice decides which theme is on, and the machine only where there is none.
    assert "prefers-color-scheme" not in path.read_text("utf-8")
