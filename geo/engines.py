"""Which points of one plane are cores and which cores belong together: the engines.

Every engine answers the same question with the same test, `dx² + dy² <= eps²`
in double precision, and numbers its groups as it likes:

* `sklearn`: scikit-learn's DBSCAN over a k-d tree, the reference. It holds every
  neighbourhood in memory: 20,000 points within one eps cost gigabytes.
* `dbscan`: the package of that name (Wang, Gu & Shun 2020), a grid of cells on
  all processors. It knows no weights, so each distinct point is given as often
  as it weighs, `min_samples` times at most, which changes no answer. Where that
  would be many copies, or a weight is no whole number, cores are weighed here
  and the package only joins them.
* `dask` (`geo.distributed_clusters`) cuts the plane into parts and gives each to
  one of these two.

`auto` takes scikit-learn below 1,000 distinct points, where it needs 14 ms at most,
then the package: measured on two processors with five points in a neighbourhood,
26 against 4.5 ms at 2,000 points, 250 against 36 ms at 20,000, 1.5 against 0.18 s
at 100,000. Above 20,000,000 the package would need 8 GB (0.4 kB a point), so parts
are made. From 20,000 points `geo.sieve` first sets aside what cannot matter.
From 10,000 points `auto` first asks `geo.strips`, which compares pairs itself: with
six pairs a point to compare it answers a million points in half the package's time;
above 24 a point it declines within a fifth of a second and the package is taken.

The package keeps threads that look for work many thousand times a second for as
long as the process lives; they are sent home after each call. It is loaded
without its Python front, which imports all of scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from itertools import chain
from types import ModuleType

import numpy as np

from geo.crs import BoolArray, FloatArray, IntArray, PlanePatch
from geo.errors import ClusterError
from geo.sieve import SIEVE_FROM, may_matter

AUTO, SKLEARN, PACKAGE, DASK = "auto", "sklearn", "dbscan", "dask"
ENGINES = (AUTO, SKLEARN, PACKAGE, DASK)
STRIPS = "strips"
"""What `auto` takes instead of the package where points have few neighbours: `geo.strips`."""

STRIPS_FROM = 10_000
"""Distinct points on a plane from which strips are laid."""

PACKAGE_FROM = 1_000
"""Distinct points from which `auto` takes the package."""

DASK_FROM = 20_000_000
"""Distinct points from which `auto` cuts the plane into parts."""

Solver = Callable[[FloatArray, FloatArray, FloatArray, float, int], IntArray]

_NO_GROUP = -1
_MAX_CELLS = 2.0**26
"""The package counts its cells along an axis in 32 bits, and must still place their middles."""

_MAX_MIN_SAMPLES = 2**31 - 1
_COPIES_PER_POINT = 2
_PAIRS_AT_ONCE = 1_000_000
_SLACK = 1e-9


def chosen_engine(engine: str, planes: Sequence[PlanePatch], eps_m: float) -> str:
    """Name the engine to use for points laid out on planes: never `auto`.

    The package gives way to scikit-learn where its grid would have too many
    cells: 2**26 along an axis, as with an eps of 3 cm at two million metres.

    Raises
    ------
    ClusterError
        If there is no such engine.
    """
    if engine not in ENGINES:
        raise ClusterError(
            f"Không có bộ máy gom cụm «{engine}»; hãy chọn một trong: {', '.join(ENGINES)}."
        )
    if engine in (SKLEARN, DASK):
        return engine
    n_points = sum(int(plane.owned.sum()) for plane in planes)
    if engine == AUTO and n_points >= DASK_FROM:
        return DASK
    few = engine == AUTO and n_points < PACKAGE_FROM
    fits = all(_fits_package(plane.x_m, plane.y_m, eps_m) for plane in planes)
    return PACKAGE if fits and not few else SKLEARN


def plane_groups(
    x_m: FloatArray, y_m: FloatArray, weights: FloatArray, eps_m: float, min_samples: int
) -> IntArray:
    """Group number of every core of one plane, -1 for all other points.

    Takes scikit-learn or the package, whichever fits the number of points.

    Parameters
    ----------
    x_m, y_m, weights
        Distinct points in metres, finite, and the records behind each.
    """
    package = x_m.size >= PACKAGE_FROM and _fits_package(x_m, y_m, eps_m)
    solve = package_groups if package else sklearn_groups
    return solve(x_m, y_m, weights, eps_m, min_samples)


def sklearn_groups(
    x_m: FloatArray, y_m: FloatArray, weights: FloatArray, eps_m: float, min_samples: int
) -> IntArray:
    """As `plane_groups`, by scikit-learn."""
    from sklearn.cluster import DBSCAN  # noqa: PLC0415 - a second or two and 150 MB

    groups = np.full(x_m.size, _NO_GROUP, dtype=np.int64)
    if x_m.size:
        # "auto" may choose brute force, whose distances are rounded at the rim.
        engine = DBSCAN(eps=eps_m, min_samples=min_samples, algorithm="kd_tree")
        engine.fit(np.column_stack((x_m, y_m)), sample_weight=weights)
        cores = engine.core_sample_indices_
        groups[cores] = engine.labels_[cores]
    return groups


def package_groups(
    x_m: FloatArray, y_m: FloatArray, weights: FloatArray, eps_m: float, min_samples: int
) -> IntArray:
    """As `plane_groups`, by the package `dbscan`."""
    groups = np.full(x_m.size, _NO_GROUP, dtype=np.int64)
    if x_m.size < SIEVE_FROM:
        if x_m.size:
            groups[:] = _groups_of(np.column_stack((x_m, y_m)), weights, eps_m, min_samples)
        return groups
    rows = np.flatnonzero(may_matter(x_m, y_m, weights, eps_m, min_samples))
    if rows.size:
        xy = np.column_stack((x_m[rows], y_m[rows]))
        groups[rows] = _groups_of(xy, weights[rows], eps_m, min_samples)
    return groups


def _groups_of(xy: FloatArray, weights: FloatArray, eps_m: float, min_samples: int) -> IntArray:
    copies = np.minimum(weights, min_samples)
    whole = bool(np.all(copies == np.floor(copies)))
    if whole and copies.sum() <= _COPIES_PER_POINT * len(xy) and min_samples <= _MAX_MIN_SAMPLES:
        return _groups_of_copies(xy, copies.astype(np.int64), eps_m, min_samples)
    groups = np.full(len(xy), _NO_GROUP, dtype=np.int64)
    cores = np.flatnonzero(_weighed_cores(xy, copies, eps_m, min_samples))
    if cores.size:
        groups[cores] = _run_package(xy[cores], eps_m, 1)[0]
    return groups


def _fits_package(x_m: FloatArray, y_m: FloatArray, eps_m: float) -> bool:
    if x_m.size == 0:
        return True
    farthest = max(float(np.abs(x_m).max()), float(np.abs(y_m).max()))
    return farthest < _MAX_CELLS * eps_m and 1e-100 < eps_m < 1e100


def _groups_of_copies(xy: FloatArray, copies: IntArray, eps_m: float, min_samples: int) -> IntArray:
    single = bool(np.all(copies == 1))
    labels, core = _run_package(xy if single else np.repeat(xy, copies, axis=0), eps_m, min_samples)
    if not single:
        first = np.cumsum(copies) - copies
        labels, core = labels[first], core[first]
    groups: IntArray = np.where(core, labels, _NO_GROUP).astype(np.int64)
    return groups


def _run_package(xy: FloatArray, eps_m: float, min_samples: int) -> tuple[IntArray, BoolArray]:
    with _package() as package:
        labels, core = package.DBSCAN(np.ascontiguousarray(xy), float(eps_m), int(min_samples))
    return labels, core


@contextmanager
def _package() -> Iterator[ModuleType]:
    """Load the compiled half of the package; its threads end with the block."""
    front = find_spec("dbscan")
    spec = PathFinder.find_spec("_dbscan", front.submodule_search_locations if front else None)
    if spec is None or spec.loader is None:
        raise ClusterError("Chưa cài gói «dbscan»; hãy cài các gói trong requirements.txt.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        yield module
    finally:
        vars(module).pop("_scheduler_capsule", None)


def _weighed_cores(
    xy: FloatArray, weights: FloatArray, eps_m: float, min_samples: int
) -> BoolArray:
    """Cores by the weights around each point, some neighbourhoods at a time."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 - half a second

    core: BoolArray = weights >= min_samples
    open_rows = np.flatnonzero(~core)
    tree = cKDTree(xy)
    reach = eps_m * (1 + _SLACK)
    lengths = tree.query_ball_point(xy[open_rows], reach, return_length=True)
    cuts = np.flatnonzero(np.diff(np.cumsum(lengths) // _PAIRS_AT_ONCE)) + 1
    for rows in np.split(open_rows, cuts):
        near = tree.query_ball_point(xy[rows], reach)
        sizes = np.fromiter(map(len, near), dtype=np.int64, count=rows.size)
        flat = np.fromiter(chain.from_iterable(near), dtype=np.int64, count=int(sizes.sum()))
        owner = np.repeat(np.arange(rows.size), sizes)
        squared = ((xy[flat] - xy[rows[owner]]) ** 2).sum(axis=1)
        inside = squared <= eps_m * eps_m
        summed = np.bincount(owner[inside], weights[flat[inside]], minlength=rows.size)
        core[rows] = summed >= min_samples
    return core
