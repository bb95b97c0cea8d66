"""Clusters and the runs of the analysis that found them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from geo.errors import ClusterError
from models.errors import ConflictError, InvalidValueError, NotFoundError
from webapp.languages import in_words
from webapp.queries import (
    parse_choice,
    parse_code,
    parse_day,
    parse_number,
    parse_page,
    parse_path_number,
    refused,
)
from webapp.security import Access, rule, viewer
from webapp.services import analysis_form, cluster_pages
from webapp.services.analysis_form import AnalysisChoice, Window
from webapp.services.cluster_pages import FLAGS, SORTS, ClusterQuery
from webapp.services.cluster_profile import cluster_profile
from webapp.services.repeat_run import Repetition, repeat_run
from webapp.told import Told, told, told_list
from webapp.views.context import site
from webapp.views.day_fields import sent_days

found_clusters = Blueprint("found_clusters", __name__)


@found_clusters.get("/clusters")
@rule(Access.SIGNED_IN)
def clusters_page() -> str:
    """List the clusters of a run in the viewer's scope."""
    query = ClusterQuery(
        run_id=_number(request.args, "run"),
        flag=parse_choice(request.args, "flag", FLAGS),
        province_code=parse_code(request.args, "province"),
        sort=parse_choice(request.args, "sort", SORTS) or SORTS[0],
        page=parse_page(request.args),
    )
    page = cluster_pages.clusters_page(site().database, viewer(), query)
    return render_template("clusters.html", page=page, query=query, address=_address)


@found_clusters.get("/clusters/<stable_id>")
@rule(Access.SIGNED_IN)
def cluster_page(stable_id: str) -> str:
    """Show one cluster as the last official run that found it saw it."""
    page = cluster_profile(site().database, viewer(), stable_id)
    return render_template("cluster.html", page=page)


@found_clusters.get("/runs")
@rule(Access.RECORDS)
def runs_page() -> str:
    """List the runs of the analysis."""
    found = cluster_pages.run_list(site().database, viewer())
    return render_template(
        "cluster_runs.html", found=found, may_start=cluster_pages.may_start(viewer())
    )


@found_clusters.get("/runs/new")
@rule(Access.WRITERS)
def new_run_page() -> Response | tuple[str, int]:
    """Show the form of an analysis with help in choosing its parameters."""
    days = sent_days("since", "as_of", is_period=False)
    if days.address:
        return redirect(days.address)
    choice = _choice(days.args)
    form = analysis_form.analysis_form(
        site().database, viewer(), choice, with_help="help" in request.args
    )
    usual = AnalysisChoice(as_of=site().today())
    shown = render_template("analysis_new.html", form=form, usual=usual, days=days)
    return shown, days.status


@found_clusters.post("/runs")
@rule(Access.WRITERS)
def start_run() -> Response:
    """Analyse as the form says, then show the clusters."""
    if sent_days("since", "as_of", form=request.form, is_period=False).faults:
        kept = {name: text for name, text in request.form.items() if name != "csrf_token"}
        return redirect("/runs/new?" + urlencode(kept), code=303)
    choice = _choice(request.form)
    now, today = site().now(), site().today()
    try:
        done = analysis_form.start_analysis(site().database, viewer(), choice, at=now, today=today)
    except (ClusterError, ConflictError, InvalidValueError, NotFoundError) as error:
        flash(in_words(str(error)), "refused")
        return redirect("/runs/new?" + urlencode(_filled(choice)), code=303)
    found = {"run": str(done.run_id), "n": sum(done.clusters.values())}
    analysed = (
        told("Đã chạy thử xong lần {run}: {n} cụm.", **found)
        if done.trial
        else told("Đã phân tích xong lần {run}: {n} cụm.", **found)
    )
    flash(in_words(analysed), "done")
    return redirect(f"/clusters?run={done.run_id}" if done.trial else "/clusters", code=303)


@found_clusters.post("/runs/<number>/repeat")
@rule(Access.WRITERS)
def repeat(number: str) -> Response:
    """Compute a run again from the points it read and tell whether its labels come out the same."""
    done = repeat_run(site().database, viewer(), parse_path_number(number, told("lần phân tích")))
    flash(in_words(_showed(done)), "done" if done.same_labels else "refused")
    return redirect("/runs", code=303)


def _showed(done: Repetition) -> Told:
    """What repeating a run showed, in words."""
    same = told("đúng các nhãn đã lưu") if done.same_labels else told("nhãn khác với nhãn đã lưu")
    showed = told(
        "Lặp lại lần phân tích {run} trên {n} vụ việc đã đọc: {same}.",
        run=str(done.run.id),
        n=done.n_records,
        same=same,
    )
    changed = _changed_since(done)
    if changed is None:
        return showed
    return told_list([showed, changed], " ")


def _changed_since(done: Repetition) -> Told | None:
    match done.same_data, done.same_boundaries:
        case False, True:
            return told("Từ đó dữ liệu đã thay đổi: phân tích mới có thể cho cụm khác.")
        case True, False:
            return told("Từ đó ranh giới đã thay đổi: phân tích mới có thể cho cụm khác.")
        case False, False:
            return told(
                "Từ đó dữ liệu và ranh giới đã thay đổi: phân tích mới có thể cho cụm khác."
            )
    return None


def _choice(args: Mapping[str, str]) -> AnalysisChoice:
    """What the form says; what is absent is as usual."""
    usual = AnalysisChoice(as_of=site().today())
    windows = tuple(window.value for window in Window)
    return AnalysisChoice(
        as_of=parse_day(args, "as_of") or usual.as_of,
        window=Window(parse_choice(args, "window", windows) or usual.window),
        since=parse_day(args, "since"),
        eps_m=_metres(args) if args.get("eps_m") else usual.eps_m,
        min_samples=_number(args, "min_samples") or usual.min_samples,
        eps_days=_number(args, "eps_days"),
        trial=bool(args.get("trial")),
    )


def _number(args: Mapping[str, str], name: str) -> int | None:
    return parse_number(args, name) if args.get(name, "").strip() else None


def _metres(args: Mapping[str, str]) -> float:
    """A distance, with a decimal comma or point."""
    text = args["eps_m"].strip()
    try:
        metres = float(text.replace(",", "."))
    except ValueError:
        metres = math.nan
    if not 1 <= metres <= 50_000:
        raise refused("eps_m", told("cần số mét từ 1 đến 50000"), text)
    return metres


def _filled(choice: AnalysisChoice) -> dict[str, str]:
    """A choice as the query of its form."""
    given = {
        "as_of": choice.as_of.isoformat(),
        "window": choice.window.value,
        "since": choice.since.isoformat() if choice.since else "",
        "eps_m": f"{choice.eps_m:g}",
        "min_samples": str(choice.min_samples),
        "eps_days": "" if choice.eps_days is None else str(choice.eps_days),
        "trial": "1" if choice.trial else "",
    }
    return {name: value for name, value in given.items() if value}


def _address(query: ClusterQuery, page: int) -> str:
    """The address of a page of the list; the usual order is not named."""
    given = {
        "run": str(query.run_id) if query.run_id is not None else None,
        "flag": query.flag,
        "province": query.province_code,
        "sort": query.sort if query.sort != SORTS[0] else None,
        "page": str(page) if page > 1 else None,
    }
    kept = {name: value for name, value in given.items() if value}
    return "/clusters?" + urlencode(kept) if kept else "/clusters"
