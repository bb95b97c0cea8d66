"""What is told of a cluster in words: its change, its window, its run."""

from __future__ import annotations

from datetime import date, timedelta

from geo.engines import DASK, PACKAGE, SKLEARN, STRIPS
from geo.records import CountChange
from geo.space_time import BOXES
from models.data_ends import DATA_UNTIL
from models.runs import Run
from webapp.labels import vn_date, vn_number

ENGINE_NAMES = {
    SKLEARN: "DBSCAN (scikit-learn)",
    PACKAGE: "DBSCAN (song song)",
    STRIPS: "DBSCAN (song song, theo dải)",
    DASK: "DBSCAN (nhiều máy)",
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
        return "chưa so sánh được"
    counts = (
        f"{vn_number(change.after)} vụ trong {change.days} ngày cuối có dữ liệu, "
        f"{vn_number(change.before)} vụ trong {change.days} ngày trước đó"
    )
    if not change.before and not change.after:
        return counts
    high = "không giới hạn trên" if change.high is None else f"đến {vn_number(change.high, 1)} lần"
    ratio = "" if not change.ratio else f"gấp {vn_number(change.ratio, 1)} lần "
    verdicts = {"up": "tăng rõ", "down": "giảm rõ", "unsure": "chưa đủ để nói tăng hay giảm"}
    verdict = verdicts[change_direction(change)]
    return f"{counts}: {ratio}(từ {vn_number(change.low, 1)} {high}, độ tin cậy 95 %); {verdict}"


def metres_in_words(metres: float | None) -> str:
    """A distance as people say it.

    >>> metres_in_words(182.4), metres_in_words(1234.0), metres_in_words(45_678.0)
    ('180 m', '1,2 km', '46 km')
    """
    if metres is None:
        return ""
    if metres < 1_000:
        return f"{vn_number(round(metres, -1 if metres >= 100 else 0))} m"
    return f"{vn_number(metres / 1_000, 1 if metres < 10_000 else 0)} km"


def away_in_words(metres: float | None) -> str:
    """How far from the outline of a cluster a place lies.

    >>> away_in_words(0.0), away_in_words(182.4), away_in_words(None)
    ('trong cụm', 'cách 180 m', '')
    """
    if metres is None:
        return ""
    return "trong cụm" if metres == 0 else f"cách {metres_in_words(metres)}"


def window_in_words(run: Run) -> str:
    """The days of the records that a run clustered, and where the data end before them."""
    return _window(run) + data_until_in_words(run)


def data_until_in_words(run: Run) -> str:
    """Until which day there are data, where that is before the day of the run."""
    told = run.parameters.get(DATA_UNTIL)
    until = date.fromisoformat(told) if told else None
    return f", dữ liệu đến {vn_date(until)}" if until and until < run.as_of else ""


def _window(run: Run) -> str:
    if run.since is None and run.parameters.get("window_days"):
        since = run.as_of - timedelta(days=run.parameters["window_days"] - 1)
        return f"từ {vn_date(since)} đến {vn_date(run.as_of)}"
    if run.since is None:
        return f"mọi vụ việc đến {vn_date(run.as_of)}"
    return f"từ {vn_date(run.since)} đến {vn_date(run.as_of)}"


def engine_in_words(engine: str) -> str:
    """An engine of the clustering as people may know it."""
    return ENGINE_NAMES.get(engine, engine)


def parameters_in_words(run: Run) -> str:
    """eps, the smallest number of records, and days where time counted."""
    given = run.parameters
    told = f"bán kính {vn_number(given.get('eps_m'))} m, ít nhất {given.get('min_samples', '–')} vụ"
    days = given.get("eps_days")
    return told if days is None else f"{told}, cách nhau không quá {vn_number(days)} ngày"
