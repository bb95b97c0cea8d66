"""The form that starts an analysis: windows, parameters, and help in choosing them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from geo.clusters import DEFAULT_EPS_M, DEFAULT_MIN_SAMPLES
from geo.parameters import KDistanceCurve, ParameterHelp, parameter_help
from models.errors import ConflictError
from models.nearby import located_incidents
from models.periods import period_of
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.analyse import AnalysisReport, analyse
from webapp.services.run_windows import refuse_future
from webapp.told import told

MAX_AT_ONCE = 30_000
"""With more records than this the help is made when it is asked for."""

RECENT_DAYS = 90
PLOT_WIDTH, PLOT_HEIGHT = 460, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 10, 12, 34


class Window(StrEnum):
    """Which records an analysis takes, up to its day."""

    ALL = "all"
    RECENT = "90"
    PERIOD = "period"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class AnalysisChoice:
    """What was filled in; `since` counts for a custom window alone."""

    as_of: date
    window: Window = Window.ALL
    since: date | None = None
    eps_m: float = DEFAULT_EPS_M
    min_samples: int = DEFAULT_MIN_SAMPLES
    eps_days: int | None = None
    trial: bool = False

    @property
    def first_day(self) -> date | None:
        """First day of the window, None where there is none."""
        match self.window:
            case Window.RECENT:
                return self.as_of - timedelta(days=RECENT_DAYS - 1)
            case Window.PERIOD:
                return period_of(self.as_of).start
            case Window.CUSTOM if self.since is not None:
                return self.since
        return None


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in pixels, and its number."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class KDistancePlot:
    """The curve as an SVG path in pixels, with axes; `knee` is a point."""

    path: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    knee: tuple[float, float] | None
    chosen_y: float | None


@dataclass(frozen=True, slots=True)
class AnalysisForm:
    """The page of the form; `help` is None until asked for, or where no record has a point."""

    choice: AnalysisChoice
    n_points: int
    help: ParameterHelp | None
    plot: KDistancePlot | None

    @property
    def may_help(self) -> bool:
        """Whether there is something to measure that was not measured yet."""
        return self.help is None and self.n_points > 0


def analysis_form(
    database: Database, viewer: Viewer, choice: AnalysisChoice, *, with_help: bool = False
) -> AnalysisForm:
    """The form with the k-distance curve of the records that would take part.

    Raises
    ------
    NotAllowedError
        If the viewer may not analyse the whole nation.
    """
    viewer.require_write()
    viewer.require_nation()
    with unit_of_work(database, viewer, read_only=True) as session:
        points = located_incidents(session, viewer, None, choice.first_day, choice.as_of)
    n = len(points.ids)
    if not n or (n > MAX_AT_ONCE and not with_help):
        return AnalysisForm(choice, n, None, None)
    found = parameter_help(points.lons, points.lats, min_samples=choice.min_samples)
    return AnalysisForm(choice, n, found, k_distance_plot(found.curve, choice.eps_m))


def start_analysis(
    database: Database, viewer: Viewer, choice: AnalysisChoice, *, at: datetime, today: date
) -> AnalysisReport:
    """Run what was chosen.

    Raises
    ------
    ConflictError
        If a custom window has no first day.
    InvalidValueError
        If the day lies in the future or the window holds no day.
    ClusterError
        If a parameter makes no sense.
    """
    refuse_future(choice.as_of, today)
    if choice.window is Window.CUSTOM and choice.since is None:
        raise ConflictError(told("Khoảng tùy chọn cần «Từ ngày». Hãy điền ngày đầu của khoảng."))
    window = choice.window
    return analyse(
        database,
        viewer,
        as_of=choice.as_of,
        at=at,
        window_days=RECENT_DAYS if window is Window.RECENT else None,
        period=period_of(choice.as_of) if window is Window.PERIOD else None,
        since=choice.since if window is Window.CUSTOM else None,
        eps_m=choice.eps_m,
        min_samples=choice.min_samples,
        eps_days=choice.eps_days,
        trial=choice.trial,
    )


def k_distance_plot(curve: KDistanceCurve, eps_m: float) -> KDistancePlot | None:
    """The curve drawn with the share of records across and the distance upwards."""
    if len(curve.shares) < 2:
        return None
    highest = max(curve.distances_m[-1], 1.0)
    widest = max(curve.shares[-1], 0.01)

    def x(share: float) -> float:
        return round(_LEFT + share / widest * (PLOT_WIDTH - _LEFT - _RIGHT), 1)

    def y(metres: float) -> float:
        return round(PLOT_HEIGHT - _BOTTOM - metres / highest * (PLOT_HEIGHT - _TOP - _BOTTOM), 1)

    points = zip(curve.shares, curve.distances_m, strict=True)
    knee = None
    if curve.knee_m is not None and curve.knee_share is not None:
        knee = (x(curve.knee_share), y(curve.knee_m))
    return KDistancePlot(
        path="M" + "L".join(f"{x(share):g} {y(metres):g}" for share, metres in points),
        across=tuple(Tick(x(v), v) for v in _ticks(widest)),
        up=tuple(Tick(y(v), v) for v in _ticks(highest)),
        knee=knee,
        chosen_y=y(eps_m) if eps_m <= highest else None,
    )


def _ticks(highest: float) -> list[float]:
    """Round values from 0 up to the highest, three to six of them.

    >>> _ticks(1980.0), _ticks(0.22)
    ([0.0, 500.0, 1000.0, 1500.0], [0.0, 0.05, 0.1, 0.15, 0.2])
    """
    sizes = [m * 10.0**e for e in range(-3, 6) for m in (1, 2, 5)]
    step = next(size for size in sizes if highest / size <= 5)
    return [round(i * step, 6) for i in range(int(highest / step + 1e-9) + 1)]
