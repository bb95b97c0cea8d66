"""The review queue: what waits is shown, decided, remembered, undone, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyproj import Transformer

from geo.records import Placement
from geo.terms import Layer, Precision
from models import aliases, audit, communes, incidents, review_queue
from models.communes import CommuneChange
from models.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from models.reviews import ReviewRow, RowId, review_rows
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import NOW
from tests.webapp.small_world import TODAY, commune_frame, install_small_map, write_workbook
from tests.webapp.waiting_rows import CONTRADICTED, SOURCE, SPLIT_PLACE, keep_waiting, row
from webapp.services import decisions, review, review_list
from webapp.services.boundaries import install_boundaries
from webapp.services.commune_names import find_communes
from webapp.services.decisions import Answer, Decided
from webapp.services.ingest import import_file
from webapp.services.place_memory import load_memory
from webapp.services.renew import ENDED, renew_placements
from webapp.services.review_list import QueueFilter, stamp_of_places

PLANNER = Viewer("planner", Role.PLANNER)
PLANNER_66 = Viewer("province", Role.PLANNER, Scope.provinces("66"))
HEADINGS = ["Số hồ sơ", "Ngày xảy ra", "Hành vi", "Địa điểm", "Vĩ độ", "Kinh độ", "Số đối tượng"]
DECIDED_WARNING = "Người rà soát đã chọn xã."


@pytest.fixture
def site(seeded_database: Database) -> Database:
    keep_waiting(seeded_database)
    return seeded_database


def stored(database: Database) -> dict[str, incidents.StoredIncident]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = incidents.find_incidents(session, LOCAL_OPERATOR)
    return {row.ref: row for row in found}


def rows(database: Database, *refs: str) -> tuple[RowId, ...]:
    found = stored(database)
    return tuple(RowId(Layer.INCIDENTS, found[ref].id) for ref in refs)


def choose(
    database: Database, code: str | None, *refs: str, viewer: Viewer = PLANNER, **options: bool
) -> Decided:
    answer = Answer(rows(database, *refs), code, **options)
    return decisions.decide(database, viewer, answer, NOW)


def page_of(database: Database, viewer: Viewer = PLANNER, **wanted: object):  # type: ignore[no-untyped-def]
    return review_list.open_queue(database, viewer, QueueFilter(**wanted), TODAY)  # type: ignore[arg-type]


def question_of(database: Database, text: str):  # type: ignore[no-untyped-def]
    line = next(line for line in page_of(database).lines if line.written.startswith(text))
    found = review_list.find_question(database, PLANNER, QueueFilter(), line.id)
    return review.open_question(database, PLANNER, found)


def events(database: Database, action: str) -> list[audit.AuditEvent]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return audit.list_events(session, LOCAL_OPERATOR, action=action)


def test_rows_written_alike_are_one_question_and_the_largest_comes_first(site: Database) -> None:
    page = page_of(site)

    assert [line.n for line in page.lines] == [3, 1, 1, 1, 1]
    assert (page.n_rows, page.n_questions) == (7, 5)
    assert page.lines[0].written == "Xã Tân Cảnh, huyện Đắk Tô"
    assert page.picked is not None
    assert page.picked.id == page.lines[0].id
    assert dict(page.doubts)["split"] == 3


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        ({"province_code": "51"}, 4),
        ({"doubt": "contradiction"}, 1),
        ({"source": SOURCE}, 7),
        ({"source": "khác"}, 0),
        ({"import_id": 2}, 7),
        ({"import_id": 1}, 0),
    ],
)
def test_the_queue_is_narrowed(site: Database, wanted: dict[str, object], n: int) -> None:
    assert page_of(site, **wanted).n_rows == n


def test_pages_follow_each_other_without_gap_or_repetition(seeded_database: Database) -> None:
    many = [
        row(f"N-{n}", f"Thôn {n % 90}, xã Tân Cảnh", SPLIT_PLACE, date(2024, 3, 5))
        for n in range(100)
    ]
    keep_waiting(seeded_database, *many)
    seen, after = [], ""
    while True:
        page = review_list.open_queue(seeded_database, PLANNER, QueueFilter(), TODAY, after=after)
        seen += [line.id for line in page.lines]
        after = page.next_after
        if not after:
            break
    assert len(seen) == len(set(seen)) == page.n_questions == 90


def test_a_question_tells_what_helps_to_answer_it(site: Database) -> None:
    detail = question_of(site, "Xã Đắk Tô")

    assert [(c.code, c.n_inside) for c in detail.candidates] == [("23377", 1), ("23401", 0)]
    assert detail.coordinates == ("14,65; 107,75",)
    assert detail.recent is True
    assert detail.map is not None
    assert [c.number for c in detail.map.candidates] == [1, 2]
    assert len(detail.map.points) == 1
    assert detail.map.around


def test_one_decision_settles_all_rows_that_say_the_same(site: Database) -> None:
    done = choose(site, "23377", "R-1", "R-2", "R-3")

    assert (done.n, done.commune_name, done.waiting) == (3, "Xã Đắk Pék", 4)
    placed = stored(site)["R-2"].placement
    assert (placed.method, placed.confidence, placed.precision) == ("review", 1.0, "commune")
    assert (placed.commune_code_now, placed.province_code) == ("23377", "51")
    assert placed.warnings == (DECIDED_WARNING,)


@pytest.mark.parametrize(
    ("heirs", "code_then"),
    [(("23401", "23377"), "23440"), (("23401",), None)],
)
def test_the_commune_of_the_day_is_kept_where_it_is_known(
    site: Database, heirs: tuple[str, ...], code_then: str | None
) -> None:
    changes = [
        CommuneChange("23440", heir, "Xã Cũ", "Huyện Đắk Tô", "Tỉnh Kon Tum", None, False)
        for heir in heirs
    ]
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        communes.replace_changes(session, LOCAL_OPERATOR, changes)
    choose(site, "23377", "R-1")

    assert stored(site)["R-1"].placement.commune_code == code_then


def test_an_old_commune_named_in_the_words_is_the_commune_of_the_day(site: Database) -> None:
    named = CommuneChange("23999", "24133", "Xã Tân Cảnh", "Huyện Đắk Tô", "Kon Tum", None, True)
    other = replace(named, old_code="23998", old_full_name="Xã Tân")
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        communes.replace_changes(session, LOCAL_OPERATOR, [named])
    choose(site, "24133", "R-1")
    assert stored(site)["R-1"].placement.commune_code == "23999"

    with unit_of_work(site, LOCAL_OPERATOR) as session:
        communes.replace_changes(session, LOCAL_OPERATOR, [named, other])
    choose(site, "24133", "R-2")
    assert stored(site)["R-2"].placement.commune_code is None


def test_the_point_is_kept_in_the_commune_it_lies_in_and_dropped_in_another(
    site: Database,
) -> None:
    inside = choose(site, "23377", "R-4")
    kept = stored(site)["R-4"].placement
    assert (kept.precision, kept.lon, kept.lat) == (Precision.EXACT, 107.75, 14.65)
    assert inside.n_points == 1

    decisions.undo(site, PLANNER, inside.id, NOW)
    choose(site, "24598", "R-4")
    dropped = stored(site)["R-4"].placement
    assert (dropped.precision, dropped.lon) == (Precision.COMMUNE, None)
    assert "Tọa độ đã ghi không nằm trong xã này nên không dùng." in dropped.warnings


def test_metres_of_an_unknown_zone_are_read_in_the_zone_that_fits_the_choice(
    site: Database,
) -> None:
    east, north = Transformer.from_crs(4756, 5899, always_xy=True).transform(107.652, 14.651)
    cells = {"lat_cell": f"{north:.1f}", "lon_cell": f"{east:.1f}"}
    nowhere = Placement(Precision.UNLOCATED)
    keep_waiting(site, row("M-10", "cạnh suối", nowhere, date(2026, 3, 5), **cells))
    choose(site, "24133", "M-10")
    assert stored(site)["M-10"].placement.precision is Precision.COMMUNE

    decisions.undo(site, PLANNER, decisions.list_decisions(site, PLANNER)[0].decided.id, NOW)
    assert choose(site, "23401", "M-10").n_points == 1
    placed = stored(site)["M-10"].placement
    assert (placed.lon, placed.lat) == pytest.approx((107.652, 14.651), abs=0.003)


def test_what_cannot_be_known_leaves_the_queue_without_a_commune(site: Database) -> None:
    choose(site, None, "R-5")
    choose(site, None, "R-6")
    found = stored(site)

    assert found["R-5"].placement.precision is Precision.PROVINCE
    assert found["R-5"].placement.province_code == "66"
    assert found["R-6"].placement.precision is Precision.UNLOCATED
    assert page_of(site).n_rows == 5


def test_a_decision_stands_in_the_audit_trail_with_before_and_after(site: Database) -> None:
    done = choose(site, "23377", "R-1", "R-2", remember=True)
    decisions.undo(site, PLANNER, done.id, NOW)
    [made], [undone] = events(site, "review"), events(site, "review_undo")

    assert made.object == undone.object == f"decision:{done.id}"
    assert (made.actor, made.detail["n"]) == ("planner", 2)
    assert made.detail["before"] == {"commune:23401": 2}
    assert made.detail["after"] == {"commune:23377": 2}
    assert undone.detail["restored"] == 2
    assert undone.detail["alias_forgotten"] == made.detail["alias_id"] is not None


def test_undoing_puts_the_rows_back_into_the_queue(site: Database) -> None:
    before = {ref: row.placement for ref, row in stored(site).items()}
    done = choose(site, "23377", "R-1", "R-2", "R-3", remember=True)
    back = decisions.undo(site, PLANNER, done.id, NOW)

    assert (back.n, back.n_changed, back.waiting) == (3, 0, 7)
    assert {ref: row.placement for ref, row in stored(site).items()} == before
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert aliases.list_aliases(session, PLANNER) == []
    [line] = decisions.list_decisions(site, PLANNER)
    assert line.decided.undone_by == "planner"


def test_what_is_settled_elsewhere_is_said(site: Database) -> None:
    choose(site, "23377", "R-1")
    assert choose(site, "23377", "R-1", "R-2").n == 1
    with pytest.raises(ConflictError, match="đã được xử lý"):
        choose(site, "23377", "R-1", "R-2")


def test_decisions_that_cannot_be_are_refused(site: Database) -> None:
    keep_waiting(site, row("R-9", "", CONTRADICTED, date(2026, 3, 5)))
    with pytest.raises(InvalidValueError, match="khác nhau"):
        choose(site, "23377", "R-1", "R-4")
    with pytest.raises(InvalidValueError, match="không ghi địa điểm"):
        choose(site, "23377", "R-9")
    with pytest.raises(NotFoundError):
        choose(site, "99999", "R-1")
    with pytest.raises(NotAllowedError):
        choose(site, "23377", "R-5", viewer=PLANNER_66)
    with pytest.raises(ConflictError):
        choose(site, "24133", "R-1", viewer=PLANNER_66)
    with pytest.raises(NotAllowedError):
        choose(site, "23377", "R-1", viewer=Viewer("xem", Role.ANALYST))
    assert page_of(site).n_rows == 8


# What was decided holds for the next files and the next map.

Book = Callable[..., Path]


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


@pytest.fixture
def book(tmp_path: Path) -> Book:
    def write(*records: tuple[object, ...], name: str = "vv.xlsx") -> Path:
        return write_workbook(tmp_path / name, [HEADINGS, *map(list, records)])

    return write


def case(ref: str, place: str, lat: object = None, lon: object = None, n: int = 1) -> tuple:  # type: ignore[type-arg]
    return (ref, "05/03/2026", "mua bán", place, lat, lon, n)


def put_in(database: Database, path: Path, source: str = SOURCE) -> None:
    import_file(database, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY, source=source)


UNCLEAR = "Gần cây đa làng Kon Cháy"
UNCLEAR_IN_66 = "Gần cây đa làng Kon Cháy, tỉnh Đắk Lắk"


def remembered_communes(database: Database) -> list[str]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [alias.commune_code for alias in aliases.list_aliases(session, PLANNER)]


def review_rows_of(database: Database, *refs: str) -> list[ReviewRow]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return review_rows(session, PLANNER, rows(database, *refs))


def test_a_remembered_choice_places_the_next_file_of_the_source(
    world: Database, book: Book
) -> None:
    put_in(world, book(case("A-1", UNCLEAR)))
    choose(world, "23401", "A-1", remember=True)
    again = UNCLEAR.upper()
    put_in(world, book(case("A-2", again), case("A-3", "Gần cây đa làng Kon Chảy")))
    put_in(world, book(case("B-1", UNCLEAR)), source="NGUỒN KHÁC")
    found = stored(world)

    placed = found["A-2"].placement
    assert (placed.method, placed.confidence) == ("alias", 0.95)
    assert (placed.commune_code, placed.commune_code_now) == ("23401", "23401")
    assert placed.warnings == ("Theo lựa chọn đã nhớ cho nguồn này (planner, 14/06/2026).",)
    assert found["A-3"].placement.precision is Precision.UNLOCATED
    assert found["B-1"].placement.precision is Precision.UNLOCATED


def test_a_remembered_choice_keeps_a_point_inside_and_never_overrules_one_outside(
    world: Database, book: Book
) -> None:
    put_in(world, book(case("A-1", "Xã Đắk Tô, tỉnh Quảng Ngãi", 14.55, 107.85)))
    assert stored(world)["A-1"].placement.confidence < 0.9
    choose(world, "23401", "A-1", remember=True)
    outside = case("A-2", "Xã Đắk Tô, tỉnh Quảng Ngãi", 14.55, 107.86)
    put_in(world, book(outside))

    assert stored(world)["A-2"].placement.method != "alias"
    assert page_of(world).n_rows == 1


def test_a_forgotten_choice_places_nothing(world: Database, book: Book) -> None:
    put_in(world, book(case("A-1", UNCLEAR)))
    done = choose(world, "23401", "A-1", remember=True)
    decisions.undo(world, PLANNER, done.id, NOW)
    put_in(world, book(case("A-2", UNCLEAR)))

    assert stored(world)["A-2"].placement.precision is Precision.UNLOCATED


def test_words_that_name_no_place_are_never_remembered(world: Database, book: Book) -> None:
    put_in(world, book(case("A-1", "Không rõ")))
    done = choose(world, "23401", "A-1", remember=True)
    put_in(world, book(case("A-2", "không rõ.")))

    assert (done.n, done.remembered, done.not_remembered) == (1, False, decisions.PLACELESS)
    assert stored(world)["A-2"].placement.precision is Precision.UNLOCATED


def test_nothing_is_remembered_for_files_without_an_issuing_body(
    world: Database, book: Book
) -> None:
    put_in(world, book(case("A-1", UNCLEAR)), source="chung")
    assert not question_of(world, UNCLEAR).may_remember
    done = choose(world, "24133", "A-1", remember=True)
    put_in(world, book(case("A-2", UNCLEAR)), source="chung")

    assert (done.n, done.remembered, done.not_remembered) == (1, False, decisions.NAMELESS)
    assert stored(world)["A-2"].placement.precision is Precision.UNLOCATED


def test_a_remembered_choice_serves_only_whose_scope_covers_its_commune(
    world: Database, book: Book
) -> None:
    planner_51 = replace(PLANNER_66, scope=Scope.provinces("51"))
    put_in(world, book(case("A-1", UNCLEAR)))
    choose(world, "24133", "A-1", remember=True)
    for ref, viewer in (("A-2", planner_51), ("A-3", PLANNER_66)):
        book_ = book(case(ref, UNCLEAR))
        import_file(world, viewer, Layer.INCIDENTS, book_, today=TODAY, source=SOURCE)

    assert stored(world)["A-2"].placement.precision is Precision.UNLOCATED
    assert stored(world)["A-3"].placement.commune_code_now == "24133"


@pytest.mark.parametrize(
    ("words_say", "method"),
    [
        (Placement(Precision.PROVINCE, province_code="51", confidence=0.5), "alias"),
        (Placement(Precision.PROVINCE, province_code="66", confidence=0.5), "none"),
        (replace(SPLIT_PLACE, province_code="66"), "alias"),
        (Placement(Precision.UNLOCATED), "alias"),
    ],
)
def test_a_remembered_choice_follows_the_province_that_the_words_name(
    world: Database, book: Book, words_say: Placement, method: str
) -> None:
    put_in(world, book(case("A-1", UNCLEAR)))
    choose(world, "23401", "A-1", remember=True)
    [kept] = review_rows_of(world, "A-1")
    placed = load_memory(world, PLANNER).remembered(SOURCE, kept.place, words_say)

    assert placed.method == method


def test_a_choice_outside_the_scope_is_not_replaced_and_that_is_said(
    world: Database, book: Book
) -> None:
    put_in(world, book(case("A-1", UNCLEAR_IN_66), case("A-2", UNCLEAR_IN_66)))
    choose(world, "23401", "A-1", remember=True)
    done = choose(world, "24133", "A-2", viewer=PLANNER_66, remember=True)

    assert (done.n, done.remembered, done.not_remembered) == (1, False, decisions.FOREIGN)
    assert remembered_communes(world) == ["23401"]
    assert stored(world)["A-2"].placement.commune_code_now == "24133"


def test_undoing_brings_back_what_was_remembered_before(world: Database, book: Book) -> None:
    put_in(world, book(case("A-1", UNCLEAR), case("A-2", UNCLEAR)))
    choose(world, "23401", "A-1", remember=True)
    second = choose(world, "23377", "A-2", remember=True)
    put_in(world, book(case("A-3", UNCLEAR)))
    assert stored(world)["A-3"].placement.commune_code_now == "23377"
    back = decisions.undo(world, PLANNER, second.id, NOW)

    assert remembered_communes(world) == ["23401"]
    assert stored(world)["A-3"].placement.commune_code_now == "23401"
    assert (back.n, back.n_reopened) == (1, 0)


def test_rows_placed_by_a_choice_that_is_undone_wait_again(world: Database, book: Book) -> None:
    put_in(world, book(case("A-1", UNCLEAR)))
    done = choose(world, "23401", "A-1", remember=True)
    put_in(world, book(case("A-2", UNCLEAR), case("A-3", UNCLEAR.upper())))
    put_in(world, book(case("A-4", "Xã Đắk Tô, tỉnh Quảng Ngãi")))
    sure = stored(world)["A-4"].placement
    back = decisions.undo(world, PLANNER, done.id, NOW)
    found = stored(world)

    assert (back.n, back.n_reopened, back.waiting) == (1, 2, 3)
    assert found["A-2"].placement == found["A-1"].placement
    assert found["A-3"].placement.precision is Precision.UNLOCATED
    assert found["A-4"].placement == sure
    [event] = events(world, "review_undo")
    assert event.detail["n_reopened"] == 2


def test_importing_a_decided_record_again_keeps_the_decision(world: Database, book: Book) -> None:
    put_in(world, book(case("A-1", UNCLEAR), case("A-2", UNCLEAR)))
    choose(world, "23401", "A-1", "A-2")
    before = {ref: row.placement for ref, row in stored(world).items()}
    put_in(world, book(case("A-1", UNCLEAR), case("A-2", UNCLEAR, n=5)))

    assert {ref: row.placement for ref, row in stored(world).items()} == before


def test_a_new_map_keeps_decisions_whose_commune_it_has(world: Database, book: Book) -> None:
    put_in(world, book(case("A-1", UNCLEAR), case("A-2", "Cuối thôn Bản Lạ")))
    choose(world, "23401", "A-1", remember=True)
    choose(world, None, "A-2")
    put_in(world, book(case("A-3", UNCLEAR)))
    before = {ref: row.placement for ref, row in stored(world).items()}
    report = renew_placements(world, LOCAL_OPERATOR)

    assert (report.moved, report.reopened) == (0, 0)
    assert {ref: row.placement for ref, row in stored(world).items()} == before


def test_a_decision_ends_when_the_new_map_lacks_its_commune(
    world: Database, book: Book, tmp_path: Path
) -> None:
    put_in(world, book(case("A-1", UNCLEAR), case("A-2", "Cuối thôn Bản Lạ", 14.65, 107.85)))
    choose(world, "23401", "A-1")
    second = tmp_path / "second"
    second.mkdir()
    _install_without(world, second, "23401")
    report = renew_placements(world, LOCAL_OPERATOR)
    [line] = decisions.list_decisions(world, PLANNER)

    assert report.reopened == 1
    assert line.decided.undone_by == ENDED
    assert stored(world)["A-1"].placement.precision is Precision.UNLOCATED
    with unit_of_work(world, LOCAL_OPERATOR, read_only=True) as session:
        assert review_queue.waiting_count(session, PLANNER) == 1 + (
            stored(world)["A-2"].placement.confidence < 0.9
        )


def _install_without(database: Database, folder: Path, code: str) -> None:
    """Install the small map with one commune under another code."""
    frame = commune_frame()
    frame.loc[frame["code"] == code, "code"] = "23404"
    source = folder / "communes.gpkg"
    frame.to_file(source, driver="GPKG")
    install_boundaries(
        database, LOCAL_OPERATOR, source, valid_from=date(2026, 1, 1), data_dir=folder
    )


# Finding a commune by its name.


@pytest.mark.parametrize("typed", ["dak to", "ĐẮK TÔ", "xã đắk t", "23401", "to", "dak to, quang"])
def test_a_commune_is_found_without_diacritics(site: Database, typed: str) -> None:
    assert "23401" in [found.code for found in find_communes(site, PLANNER, typed)]


def test_a_commune_is_found_by_its_old_name_behind_those_in_force(site: Database) -> None:
    old = CommuneChange("1", "24133", "Xã Đắk Tô Cũ", "Huyện Đắk Tô", "Tỉnh Kon Tum", None, True)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        communes.replace_changes(session, LOCAL_OPERATOR, [old])
    found = find_communes(site, PLANNER, "dak to")

    assert [each.code for each in found][:2] == ["23401", "24133"]
    assert found[1].hint == "trước đây: Xã Đắk Tô Cũ, Huyện Đắk Tô"
    assert find_communes(site, PLANNER, " ") == []


# The page, with and without its script.


@pytest.fixture
def planner(site: Database, signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


@pytest.mark.parametrize("username", ["commune", "analyst"])
@pytest.mark.parametrize("path", ["/review", "/review/list", "/review/log"])
def test_who_may_not_decide_sees_no_queue(
    site: Database, signed_in: SignIn, username: str, path: str
) -> None:
    client = signed_in(username)

    assert client.get(path).status_code == 403
    assert 'href="/review"' not in client.get("/account").text


def test_the_bar_counts_what_waits(planner: FlaskClient) -> None:
    page = planner.get("/account").text
    groups = page[page.index('class="menu bar-group"') : page.index('class="bar-end"')]
    closed, opened = groups.split("</summary>")[1:]

    assert 'class="bar-count" title="Số dòng chờ rà soát: 7">7<' in closed
    assert "(Số dòng chờ rà soát: 7)" in closed
    assert 'class="menu-count" title="Số dòng chờ rà soát">7<' in opened
    assert "(Số dòng chờ rà soát)" in opened


def test_the_page_shows_the_queue_and_its_first_question(planner: FlaskClient) -> None:
    page = planner.get("/review").text

    assert "Xã Tân Cảnh, huyện Đắk Tô" in page
    assert "<strong>3 dòng</strong> ghi giống nhau" in page
    assert "Xã cũ được chia vào nhiều xã mới, cần chọn xã." in page
    assert page.index("Xã Đắk Tô<") < page.index("Xã Đắk Pék<")
    assert "trước 01/07/2025" in page
    assert "<script>alert" not in page


def test_a_province_sees_its_own_rows_only(site: Database, signed_in: SignIn) -> None:
    page = signed_in("province").get("/review").text

    assert "tỉnh Đắk Lắk" in page
    assert "Tân Cảnh" not in page
    assert "gần chợ" not in page


def test_forms_alone_decide_and_undo(planner: FlaskClient, site: Database) -> None:
    page = planner.get("/review").text
    rows_cell = page.split('name="rows" value="')[1].split('"')[0]
    form = {
        "csrf_token": csrf_token(page),
        "rows": rows_cell,
        **seen_in(page, "/review/decisions"),
        "commune": "23377",
        "back": "/review",
    }
    answer = planner.post("/review/decisions", data=form, follow_redirects=True)
    assert "3 dòng → Xã Đắk Pék." in answer.text
    assert stored(site)["R-1"].placement.commune_code_now == "23377"

    decision = answer.text.split('data-undo="')[1].split('"')[0]
    form = {"csrf_token": form["csrf_token"], "decision": decision, "back": "//evil.example"}
    undone = planner.post("/review/undo", data=form)
    assert undone.headers["Location"] == "/review"
    assert "Đã hoàn tác 3 dòng." in planner.get("/review").text


def test_a_search_without_the_script_offers_communes(planner: FlaskClient) -> None:
    page = planner.get("/review?q=buon+ma").text

    assert 'form="answer" name="commune" value="24133"' in page


def seen(site: Database, row_id: int) -> str:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        wanted = [RowId(Layer.INCIDENTS, row_id)]
        return stamp_of_places(review_rows(session, LOCAL_OPERATOR, wanted))


def test_the_script_decides_undoes_and_needs_the_guard(
    planner: FlaskClient, site: Database
) -> None:
    token = csrf_token(planner.get("/review").text)
    row_id = stored(site)["R-5"].id
    body = {"rows": f"v{row_id}", "commune": None, "remember": False, "seen": seen(site, row_id)}
    assert planner.post("/api/review/decisions", json=body).status_code == 400

    guard = {"X-CSRFToken": token}
    done = planner.post("/api/review/decisions", json=body, headers=guard).get_json()
    assert done["told"] == "1 dòng: không xác định được xã."
    assert done["waiting"] == 6
    again = planner.post("/api/review/decisions", json=body, headers=guard)
    assert (again.status_code, again.get_json()["title"]) == (409, "Dữ liệu mâu thuẫn")
    undo = f"/api/review/decisions/{done['id']}/undo"
    assert planner.post(undo, headers=guard).get_json()["waiting"] == 7
    assert planner.post(undo, headers=guard).status_code == 404


def test_no_memory_is_offered_for_a_file_without_an_issuing_body(
    planner: FlaskClient, site: Database
) -> None:
    said = row("N-1", "gần cầu treo", Placement(Precision.UNLOCATED), date(2026, 3, 6))
    keep_waiting(site, replace(said, source="chung"))
    line = next(each for each in page_of(site).lines if each.written == "gần cầu treo")
    piece = planner.get(f"/review/questions/{line.id}").text
    assert decisions.NAMELESS in piece
    assert 'id="remember"' not in piece

    body = {"rows": f"v{stored(site)['N-1'].id}", "commune": "23401", "remember": True}
    body |= seen_in(piece)
    guard = {"X-CSRFToken": csrf_token(planner.get("/review").text)}
    done = planner.post("/api/review/decisions", json=body, headers=guard).get_json()
    assert done["told"] == f"1 dòng → Xã Đắk Tô. {decisions.NAMELESS}"


def test_undoing_tells_of_rows_that_a_remembered_choice_had_placed(
    planner: FlaskClient, site: Database
) -> None:
    done = choose(site, "23401", "R-6", remember=True)
    by_choice = replace(stored(site)["R-6"].placement, method="alias", confidence=0.95)
    keep_waiting(site, row("R-8", "gần chợ", by_choice, date(2026, 3, 6)))
    guard = {"X-CSRFToken": csrf_token(planner.get("/review").text)}
    undo = f"/api/review/decisions/{done.id}/undo"

    answer = planner.post(undo, headers=guard).get_json()
    assert answer["told"] == "Đã hoàn tác 1 dòng. 1 dòng nhập sau đó cũng chờ rà soát lại."
    assert answer["waiting"] == 8


@pytest.mark.parametrize(
    "body",
    [[], {}, {"rows": 1}, {"rows": "x1"}, {"rows": "v"}, {"rows": "v1", "commune": 3}],
)
def test_what_the_script_never_sends_is_refused(planner: FlaskClient, body: object) -> None:
    guard = {"X-CSRFToken": csrf_token(planner.get("/review").text)}

    assert planner.post("/api/review/decisions", json=body, headers=guard).status_code == 400


def test_pieces_of_the_page_are_fetched_alone(planner: FlaskClient, site: Database) -> None:
    line = page_of(site).lines[0]
    piece = planner.get(f"/review/questions/{line.id}").text
    assert piece.lstrip().startswith("<article")
    assert "<li" in planner.get("/review/list").text
    assert planner.get("/review/questions/0000").status_code == 404
    found = planner.get("/api/review/communes?q=dak+to").get_json()
    assert found[0]["name"] == "Xã Đắk Tô"


def test_an_empty_queue_says_so_with_what_was_decided(planner: FlaskClient, site: Database) -> None:
    choose(site, "23401", "R-1", "R-2", "R-3")
    for ref in ("R-4", "R-5", "R-6", "R-7"):
        choose(site, None, ref)
    page = planner.get("/review").text

    assert "Không còn dòng nào chờ rà soát." in page
    assert "Hôm nay đã quyết định 7 dòng." in page
    assert "bar-count" not in page
    assert "Bỏ bộ lọc" in planner.get("/review?doubt=split").text


def test_a_site_without_a_map_still_shows_its_queue(
    sqlite_database: Database, tmp_path: Path
) -> None:
    keep_waiting(sqlite_database)
    page = page_of(sqlite_database)
    assert page.n_rows == 7
    assert page.picked is not None
    detail = review.open_question(sqlite_database, PLANNER, page.picked)
    assert (detail.candidates, detail.map) == ((), None)
