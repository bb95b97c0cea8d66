"""Commands that judge what is stored: analyse and classify."""

from __future__ import annotations

from datetime import date

import click

from models.periods import parse_period
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import DAY, now, opened_database, read_settings, today
from webapp.services import analyse as analysis


@click.command(help="Tìm cụm, đối chiếu với hồ sơ và đánh giá xã.")
@click.option("--as-of", type=DAY, help="Tính đến ngày; mặc định hôm nay.")
@click.option("--window-days", type=click.IntRange(1, 36_500), help="Chỉ lấy số ngày gần nhất.")
@click.option("--eps-m", type=float, default=analysis.EPS_M, show_default=True)
@click.option("--min-samples", type=int, default=analysis.MIN_SAMPLES, show_default=True)
def analyse(as_of: date | None, window_days: int | None, eps_m: float, min_samples: int) -> None:
    """Store a run of clusters and the assessments of every declared period."""
    with opened_database(read_settings()) as database:
        done = analysis.analyse(
            database,
            LOCAL_OPERATOR,
            as_of=as_of or today(),
            at=now(),
            window_days=window_days,
            eps_m=eps_m,
            min_samples=min_samples,
        )
    found = ", ".join(f"{flag} {n}" for flag, n in sorted(done.clusters.items())) or "không có"
    click.echo(
        f"Lần phân tích {done.run_id}, đến {done.as_of:%d/%m/%Y}: {done.n_records} vụ việc, "
        f"để ngoài {done.n_left_out} vụ việc chỉ biết đến cấp xã trở lên và "
        f"{done.n_unverified} tin chưa xác minh."
    )
    click.echo(f"Cụm: {found}.")
    for period, counts in done.classes.items():
        classes = ", ".join(f"{cls} {n}" for cls, n in counts.items())
        click.echo(f"Kỳ {period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}: {classes}.")
    if done.approximate:
        click.echo("Kết quả tính trên ranh giới gần đúng.")


@click.command(help="Đánh giá xã trong một kỳ.")
@click.option("--period", "period_text", required=True)
@click.option("--ruleset", default=analysis.RULESET, show_default=True)
def classify(period_text: str, ruleset: str) -> None:
    """Store the assessments of one period."""
    with opened_database(read_settings()) as database:
        counts = analysis.classify(
            database, LOCAL_OPERATOR, parse_period(period_text), ruleset=ruleset, at=now()
        )
    click.echo(", ".join(f"{cls} {n}" for cls, n in counts.items()) + ".")
