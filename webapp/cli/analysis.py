"""Commands that judge what is stored: analyse and classify."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from geo.engines import AUTO, ENGINES
from models.periods import parse_period
from models.session import Database
from models.viewers import LOCAL_OPERATOR
from webapp import labels
from webapp.cli.opening import DAY, now, opened_database, read_settings, today
from webapp.cli.progress import steps_progress
from webapp.services import analyse as analysis
from webapp.services import classify as classes
from webapp.services.analyse import AnalysisReport
from webapp.services.repeat_run import Repetition, repeat_run


@click.command(help="Tìm cụm, đối chiếu với hồ sơ và đánh giá xã.")
@click.option("--as-of", type=DAY, help="Tính đến ngày; mặc định hôm nay.")
@click.option("--window-days", type=click.IntRange(1, 36_500), help="Chỉ lấy số ngày gần nhất.")
@click.option("--period", help="Chỉ lấy vụ việc trong kỳ: 2026, 2026H1, 2026Q2.")
@click.option("--since", type=DAY, help="Chỉ lấy vụ việc từ ngày.")
@click.option("--eps-m", type=float, default=analysis.EPS_M, show_default=True)
@click.option("--min-samples", type=int, default=analysis.MIN_SAMPLES, show_default=True)
@click.option("--eps-days", type=click.IntRange(0), help="Các vụ phải gần nhau cả về số ngày.")
@click.option("--engine", type=click.Choice(ENGINES), default=AUTO, show_default=True)
@click.option("--trial", is_flag=True, help="Chạy thử: không nêu cảnh báo, không thay bản đồ.")
@click.option("--repeat", type=int, help="Lặp lại lần phân tích mang số này, không lưu gì.")
def analyse(*, as_of: date | None, period: str | None, repeat: int | None, **options: Any) -> None:
    """Store a run of clusters and the assessments of every declared period, or repeat a run."""
    with opened_database(read_settings()) as database:
        if repeat is not None:
            _repeat(database, repeat)
            return
        with steps_progress() as tell:
            done = analysis.analyse(
                database,
                LOCAL_OPERATOR,
                as_of=as_of or today(),
                at=now(),
                period=None if period is None else parse_period(period),
                tell=tell,
                **options,
            )
    for line in _told(done):
        click.echo(line)


def _repeat(database: Database, run_id: int) -> None:
    """Say whether a run gives the same labels again; exit code 1 if it does not."""
    done = repeat_run(database, LOCAL_OPERATOR, run_id)
    for line in _told_again(done):
        click.echo(line)
    if not done.same_labels:
        raise SystemExit(1)


def _told(done: AnalysisReport) -> list[str]:
    start = "" if done.since is None else f"từ {done.since:%d/%m/%Y} "
    lines = [
        f"Lần phân tích {done.run_id}, {start}đến {done.as_of:%d/%m/%Y}: {done.n_records} vụ việc, "
        f"để ngoài {done.n_left_out} vụ việc chỉ biết đến cấp xã trở lên và "
        f"{done.n_unverified} tin chưa xác minh."
    ]
    if done.n_without_day:
        lines.append(f"Để ngoài thêm {done.n_without_day} vụ việc không rõ ngày.")
    if done.n_undated:
        lines.append(
            f"{done.n_undated} vụ việc chỉ rõ tháng hoặc năm: không tính vào so sánh trước và sau "
            "ngày triệt xóa."
        )
    lines.append(f"Cụm: {_counts(done.clusters, labels.CLUSTER_FLAGS)}.")
    lines.append(f"So với lần trước: {_counts(done.lineages, labels.LINEAGES)}.")
    if done.trial:
        lines.append("Chạy thử: không nêu cảnh báo, không đánh giá xã, không thay bản đồ.")
    else:
        lines.append(f"Cảnh báo mới: {_counts(done.alerts, labels.ALERT_KINDS)}.")
    for period, counts in done.classes.items():
        told = _counts(counts, labels.COMMUNE_CLASSES)
        lines.append(f"Kỳ {period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}: {told}.")
    if done.approximate:
        lines.append("Kết quả tính trên ranh giới gần đúng.")
    return lines


def _told_again(done: Repetition) -> list[str]:
    run = done.run
    found = f"{done.n_records} vụ việc, {done.n_clusters} cụm"
    if done.same_labels:
        lines = [f"Lặp lại lần phân tích {run.id}: {found}, mọi nhãn như đã lưu."]
    else:
        lines = [
            f"Lặp lại lần phân tích {run.id}: {found}, nhãn khác với nhãn đã lưu "
            f"(lưu bằng phần mềm {run.software_version}, lặp lại bằng {done.software_version})."
        ]
    if not done.same_data:
        lines.append("Dữ liệu hôm nay đã khác dữ liệu của lần ấy; điểm dùng lại là điểm đã lưu.")
    if not done.same_boundaries:
        lines.append("Ranh giới đang dùng đã khác ranh giới của lần ấy.")
    return lines


def _counts(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    """Counts with the words of their codes; the code stays in brackets for scripts."""
    told = (f"{words.get(code, code)} ({code}) {n}" for code, n in sorted(counts.items()))
    return ", ".join(told) or "không có"


@click.command(help="Đánh giá xã trong một kỳ.")
@click.option("--period", "period_text", required=True)
@click.option("--ruleset", help="Bộ tiêu chí; mặc định bộ có hiệu lực vào cuối kỳ.")
def classify(period_text: str, ruleset: str | None) -> None:
    """Store the assessments of one period."""
    with opened_database(read_settings()) as database:
        counts = classes.classify(
            database, LOCAL_OPERATOR, parse_period(period_text), ruleset=ruleset, at=now()
        )
    click.echo(f"{_counts(counts, labels.COMMUNE_CLASSES)}.")
