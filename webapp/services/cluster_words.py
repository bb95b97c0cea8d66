"""What is told of a cluster in words: its change, its window, its run."""

from __future__ import annotations

from datetime import date, timedelta

from geo.engines import DASK, PACKAGE, SKLEARN, STRIPS
from geo.records import CountChange
from geo.space_time import BOXES
from models.data_ends import DATA_UNTIL
from models.runs import Run
from webapp.told import Told, told, told_list

ENGINE_NAMES = {
    SKLEARN: "DBSCAN (scikit-learn)",
    PACKAGE: told("DBSCAN (song song)"),
    STRIPS: told("DBSCAN (song song, theo dải)"),
    DASK: told("DBSCAN (nhiều máy)"),
    BOXES: "ST-DBSCAN",
}
"""What the engines that runs name are called on pages."""


def change_direction(change: CountChange | None) -> str:
    """`up`, `down` or `unsure`: whether the exact interval of the ratio leaves out 1.

    >>> change_direction(CountChange(2, 20, 90, 10.0, 2.4, 88.0))
    'up'
    >>> change_direction(CountChange(5, 7, 90, 1.4, 0.4, 5.6)), change_direction(None)
    ('unsure', 'unsure')
    """
    if change is None:
        return "unsure"
    if change.low > 1:
        return "up"
    return "down" if change.high is not None and change.high < 1 else "unsure"


def change_in_words(change: CountChange | None) -> str:
    """A change with its interval, as one sentence.

    >>> change_in_words(CountChange(5, 7, 90, 1.4, 0.4, 5.6))
    '7 vụ trong 90 ngày cuối có dữ liệu, 5 vụ trong 90 ngày trước đó: gấp 1,4 lần (từ 0,4 đến 5,6 lần, độ tin cậy 95 %); chưa đủ để nói tăng hay giảm'
    """  # noqa: E501 - one sentence
    if change is None:
        return told("chưa so sánh được")
    counts = told(
        "{after} vụ trong {days} ngày cuối có dữ liệu, {before} vụ trong {days} ngày trước đó",
        after=change.after,
        before=change.before,
        days=change.days,
    )
    if not change.before and not change.after:
        return counts
    verdicts = {
        "up": told("tăng rõ"),
        "down": told("giảm rõ"),
        "unsure": told("chưa đủ để nói tăng hay giảm"),
    }
    verdict = verdicts[change_direction(change)]
    return told_list([told_list([counts, _ratio(change)], ": "), verdict], "; ")


def _ratio(change: CountChange) -> Told:
    interval = (
        told("(từ {low:1} không giới hạn trên, độ tin cậy 95 %)", low=change.low)
        if change.high is None
        else told(
            "(từ {low:1} đến {high:1} lần, độ tin cậy 95 %)", low=change.low, high=change.high
        )
    )
    if not change.ratio:
        return interval
    return told_list([told("gấp {ratio:1} lần", ratio=change.ratio), interval], " ")


def metres_in_words(metres: float | None) -> str:
    """A distance as people say it.

    >>> metres_in_words(182.4), metres_in_words(1234.0), metres_in_words(45_678.0)
    ('180 m', '1,2 km', '46 km')
    """
    if metres is None:
        return ""
    if metres < 1_000:
        return told("{m} m", m=round(metres, -1 if metres >= 100 else 0))
    km = metres / 1_000
    return told("{km:1} km", km=km) if metres < 10_000 else told("{km} km", km=km)


def away_in_words(metres: float | None) -> str:
    """How far from the outline of a cluster a place lies.

    >>> away_in_words(0.0), away_in_words(182.4), away_in_words(None)
    ('trong cụm', 'cách 180 m', '')
    """
    if metres is None:
        return ""
    return told("trong cụm") if metres == 0 else told("cách {away}", away=metres_in_words(metres))


def window_in_words(run: Run) -> str:
    """The days of the records that a run clustered, and where the data end before them."""
    return told_list([_window(run), data_until_in_words(run)], "")


def data_until_in_words(run: Run) -> str:
    """Until which day there are data, where that is before the day of the run."""
    given = run.parameters.get(DATA_UNTIL)
    until = date.fromisoformat(given) if given else None
    return told(", dữ liệu đến {day}", day=until) if until and until < run.as_of else ""


def _window(run: Run) -> Told:
    since = run.since
    if since is None and run.parameters.get("window_days"):
        since = run.as_of - timedelta(days=run.parameters["window_days"] - 1)
    if since is None:
        return told("mọi vụ việc đến {day}", day=run.as_of)
    return told("từ {since} đến {until}", since=since, until=run.as_of)


def engine_in_words(engine: str) -> str:
    """An engine of the clustering as people may know it."""
    return ENGINE_NAMES.get(engine, engine)


def parameters_in_words(run: Run) -> str:
    """eps, the smallest number of records, and days where time counted."""
    given = run.parameters
    radius, n, days = (given.get(name) for name in ("eps_m", "min_samples", "eps_days"))
    if days is None:
        return told("bán kính {radius} m, ít nhất {n} vụ", radius=radius, n=n)
    return told(
        "bán kính {radius} m, ít nhất {n} vụ, cách nhau không quá {days} ngày",
        radius=radius,
        n=n,
        days=days,
    )
