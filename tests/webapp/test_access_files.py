"""What printed maps and reports are made of, and what programs are given of them.

`test_access_matrix` reads the finished files. A picture cannot be read as text, so here is read
what pictures are drawn from: the facts of a sheet and the document that is set, the blocks of a
report with their drawings.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from models.errors import NotAllowedError
from models.periods import evaluation_period, half_year_period
from models.session import unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, ScopeKind, Viewer
from tests.webapp.access_routes import ROUTES
from tests.webapp.access_sweep import ASKERS, CanarySite, Reply, leaks, read_answer
from tests.webapp.canary_world import AREAS, NEXT, OWN, hidden_from
from tests.webapp.seeded_site import NOW
from webapp.services.map_sheet import compose
from webapp.services.map_sheet_facts import SheetRequest, read_sheet
from webapp.services.map_sheet_page import page_source
from webapp.services.map_sheet_paper import PAPERS
from webapp.services.overview import Box, View
from webapp.services.reports import ReportRequest, build_report
from webapp.services.tokens import LAYERS, WantedToken, add_token

HALF = View(None, date(2025, 12, 15), date(2026, 6, 14))
ALL_ON = frozenset[str]()
SHEETS = {
    "nation": SheetRequest(HALF, PAPERS["a4"], off=ALL_ON),
    "compared": SheetRequest(HALF, PAPERS["a4"], off=ALL_ON, base="before"),
    **{
        f"around {area.code}": SheetRequest(
            HALF,
            PAPERS["a3"],
            Box(area.lon - 0.03, area.lat - 0.03, area.lon + 0.03, area.lat + 0.03),
            off=ALL_ON,
            pick=f"c:{area.code}",
        )
        for area in AREAS
    },
}
PERIODS = (evaluation_period(2025), half_year_period(2026))
FILES = [
    path
    for endpoint in ("map_prints.map_pdf", "map_prints.map_png", "papers.report_file")
    for path in ROUTES[endpoint].paths
]
CLOSED = [
    path
    for endpoint in ("arrivals.rejects_file", "arrivals.template_file")
    for path in ROUTES[endpoint].paths
]
"""Files that serve the forms of the pages."""

MADE_AT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")
"""When a workbook was written, by the clock of the machine."""

BY_NAME = {viewer.name: viewer for viewer in ASKERS}


def sheet_made_of(site: CanarySite, viewer: Viewer, wanted: SheetRequest) -> Reply:
    """All that a sheet is drawn from."""
    facts = read_sheet(site.database, viewer, wanted)
    words = re.sub(
        r"\d", "", page_source(compose(facts, wanted, NOW))
    )  # its numbers are millimetres
    return Reply("", 200, f"{facts}\n{words}")


@pytest.mark.parametrize("viewer", ASKERS, ids=lambda viewer: viewer.name)
def test_a_sheet_is_drawn_from_nothing_that_lies_outside(site: CanarySite, viewer: Viewer) -> None:
    hidden = hidden_from(viewer)
    made = [sheet_made_of(site, viewer, wanted) for wanted in SHEETS.values()]

    assert [leak for each in made for leak in leaks(each, hidden)] == []
    inside = [a for a in AREAS if viewer.scope.covers(a.province, a.code)]
    for area in inside:
        assert any(mark.search(each.text) for each in made for mark in area.open_marks[1:3])


def file_answer(site: CanarySite, token: str, path: str) -> tuple[int, str]:
    answer = site.app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, read_answer(answer)


def made_token(site: CanarySite, viewer: Viewer, *layers: str) -> str:
    """A token with the rights of an asker, made for the administrator of the nation."""
    wanted = WantedToken("Máy in", viewer.role, viewer.scope, layers)
    return add_token(site.database, LOCAL_OPERATOR, "quan-tri", wanted, NOW)


@pytest.mark.parametrize("name", ["xa", "xa-doc", "tinh-doc", "tinh-khac", "ca-nuoc-doc"])
def test_a_token_is_given_the_files_of_its_rights_and_not_of_its_owner(
    site: CanarySite, name: str
) -> None:
    token = made_token(site, BY_NAME[name], "reports")
    for path in (site.filled(path, NEXT) for path in FILES):
        status, text = file_answer(site, token, path)
        signed_in = site.get(BY_NAME[name], path)
        assert status == signed_in.status, path
        assert status != 200 or MADE_AT.sub("", text) == MADE_AT.sub("", signed_in.text), path


@pytest.mark.parametrize("layer", sorted(set(LAYERS) - {"reports"}))
def test_a_token_of_another_layer_is_given_no_file(site: CanarySite, layer: str) -> None:
    token = made_token(site, BY_NAME["ca-nuoc"], layer)
    for path in (site.filled(path, NEXT) for path in (*FILES, *CLOSED)):
        assert file_answer(site, token, path)[0] == 403, path


def test_no_token_opens_refused_rows_and_blank_workbooks(site: CanarySite) -> None:
    token = made_token(site, BY_NAME["quan-tri"])
    for path in (site.filled(path, NEXT) for path in CLOSED):
        assert site.get(BY_NAME["quan-tri"], path).status == 200
        assert file_answer(site, token, path)[0] == 403, path


def report_made_of(site: CanarySite, viewer: Viewer, province: str | None) -> Reply:
    """All that the reports of an area are set from."""
    with unit_of_work(site.database, viewer, read_only=True) as session:
        blocks = [
            build_report(session, viewer, ReportRequest(period, province), NOW)
            for period in PERIODS
        ]
    return Reply("", 200, str(blocks))


@pytest.mark.parametrize("viewer", ASKERS, ids=lambda viewer: viewer.name)
def test_a_report_is_set_from_nothing_that_is_hidden(site: CanarySite, viewer: Viewer) -> None:
    hidden = hidden_from(viewer)
    for province in (None, OWN.province, "66"):
        covered = (
            viewer.scope.covers(province, None)
            if province
            else viewer.scope.kind is ScopeKind.NATION
        )
        if covered and viewer.role is not Role.COMMUNE:
            made = report_made_of(site, viewer, province)
            told = [area for area in AREAS if province in (None, area.province)]
            elsewhere = [mark for a in AREAS if a not in told for mark in a.marks]
            assert leaks(made, (*hidden, *elsewhere)) == []
            assert all(area.open_marks[0].search(made.text) for area in told)
        else:
            with pytest.raises(NotAllowedError):
                report_made_of(site, viewer, province)
