"""Exact DBSCAN in parts, on several processes or several machines (Dask).

The plane is cut by k-d splits into parts of equal size. A part owns its points
and also sees the rim, all points within two eps of the box around its own; it
is clustered by the single-machine engine, in the coordinates of the whole plane.

Why the parts together say what one plane would say. A part sees only some of
the neighbours of a point, so what is a core or connected in a part is so in the
whole: nothing is joined wrongly. Let `a` be a core that part P owns and `b` a
core within eps of it. `b` lies within eps of the box of P, hence all neighbours
of both lie within two eps of it: P knows both for cores and puts them in one
group. So every link between two cores is seen by a part that owns one of them,
and its groups are tied to those of the owner of `b` through `b`. Whether a point
is a core is taken from its owner.

Parts go out as arrays, two for each worker at a time, so neither the scheduler
nor a worker ever holds the whole. Workers are those of the current
`distributed.Client`, of the scheduler that Dask's setting `scheduler-address`
names (`DASK_SCHEDULER_ADDRESS`), or processes started here for the while, which
listen to this machine alone and to nobody without their keys. Dask's setting
`scheduler: synchronous` clusters part after part in this process.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryDirectory

import dask
import numpy as np
from distributed import (
    Client,
    Future,
    KilledWorker,
    LocalCluster,
    as_completed,
    default_client,
)
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.crs import BoolArray, FloatArray, IntArray
from geo.engines import plane_groups
from geo.errors import ClusterError

PART_POINTS = 500_000
"""Points a part may own; a worker needs about 300 bytes for each of them."""

_LOCALHOST = "127.0.0.1"
_IN_PROCESS = ("synchronous", "sync", "single-threaded")
_AHEAD = 2
"""Parts a worker may have at hand for each of its threads."""

_PATIENCE_S = 30
"""How long to wait for the first worker of a scheduler."""

_WORTHWHILE = 0.8
"""A split that leaves a part more than this share of the points is not made."""

_SLACK = 1e-6
"""Relative widening of a rim: the engine rounds distances, the rim must not."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Positions of the points a part owns and of those around it, each ascending."""

    own: IntArray
    rim: IntArray

    @property
    def size(self) -> int:
        return int(self.own.size + self.rim.size)


def core_groups(
    x_m: FloatArray,
    y_m: FloatArray,
    weights: FloatArray,
    eps_m: float,
    min_samples: int,
    *,
    points_per_part: int = PART_POINTS,
) -> IntArray:
    """Group number of every core of one plane, -1 for all other points.

    Parameters
    ----------
    x_m, y_m, weights
        Distinct points in metres and the records behind each.
    eps_m, min_samples
        As for `geo.clusters.dbscan_labels`.
    points_per_part
        Points a part may own; up to that many are clustered here and at once.

    Raises
    ------
    ClusterError
        If no worker can be reached, or workers are lost on the way.
    """
    xy = (x_m, y_m)
    parts = list(_cut(xy, eps_m, points_per_part))
    if len(parts) < 2:
        return plane_groups(x_m, y_m, weights, eps_m, min_samples)
    payloads = (_payload(xy, weights, part) for part in parts)
    with _understood(), ExitStack() as stack:
        client = _client(stack, len(parts))
        if client is None:
            answers = ((i, _solve(p, eps_m, min_samples)) for i, p in enumerate(payloads))
            return _merged(parts, answers, x_m.size)
        return _merged(parts, _answers(client, payloads, eps_m, min_samples), x_m.size)


@contextmanager
def _understood() -> Iterator[None]:
    """Say what became of workers so that a person knows what to do."""
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            "Tiến trình gom cụm bị dừng giữa chừng, thường vì thiếu bộ nhớ."
            " Hãy đóng bớt chương trình, thêm máy, hoặc thu hẹp khoảng thời gian rồi chạy lại."
        ) from error
    except OSError as error:
        raise ClusterError(
            f"Không liên lạc được với các tiến trình gom cụm ({error})."
            " Hãy kiểm tra máy điều phối Dask rồi chạy lại, hoặc chọn bộ máy dbscan."
        ) from error


def _cut(xy: tuple[FloatArray, FloatArray], eps_m: float, points_per_part: int) -> Iterator[_Part]:
    """Halve the longer side until parts are small or halving no longer pays."""
    everyone = np.arange(xy[0].size)
    waiting = [_Part(everyone, everyone[:0])] if everyone.size else []
    while waiting:
        part = waiting.pop()
        halves = _halves(xy, part, eps_m) if part.own.size > points_per_part else ()
        if halves and max(half.size for half in halves) <= _WORTHWHILE * part.size:
            waiting += halves
        else:
            yield part


def _halves(xy: tuple[FloatArray, FloatArray], part: _Part, eps_m: float) -> tuple[_Part, ...]:
    along = max(xy, key=lambda values: float(np.ptp(values[part.own])))[part.own]
    half = along.size // 2
    middle = np.partition(along, half)[half]
    low = along < middle
    low[np.flatnonzero(along == middle)[: half - int(low.sum())]] = True
    return tuple(
        _Part(own, np.sort(_near(xy, own, (other, part.rim), eps_m)))
        for own, other in ((part.own[low], part.own[~low]), (part.own[~low], part.own[low]))
    )


def _near(
    xy: tuple[FloatArray, FloatArray], own: IntArray, others: Iterable[IntArray], eps_m: float
) -> IntArray:
    """Those of other points within two eps of the box around a part's own."""
    found = []
    for other in others:
        inside = np.ones(other.size, dtype=bool)
        for values in xy:
            mine, theirs = values[own], values[other]
            reach = 2 * eps_m * (1 + _SLACK) + 4 * np.spacing(np.abs(mine).max())
            inside &= (theirs >= mine.min() - reach) & (theirs <= mine.max() + reach)
        found.append(other[inside])
    return np.concatenate(found)


def _payload(xy: tuple[FloatArray, FloatArray], weights: FloatArray, part: _Part) -> FloatArray:
    at = np.concatenate((part.own, part.rim))
    return np.stack((xy[0][at], xy[1][at], weights[at]))


def _solve(payload: FloatArray, eps_m: float, min_samples: int) -> IntArray:
    """Groups of a part, its own points first; runs where the part is sent."""
    x_m, y_m, weights = payload
    return plane_groups(x_m, y_m, weights, eps_m, min_samples)


def _client(stack: ExitStack, n_parts: int) -> Client | None:
    """The workers to use; what is started here ends with the stack."""
    if dask.config.get("scheduler", None) in _IN_PROCESS:
        return None
    with suppress(ValueError):
        return default_client()
    if address := dask.config.get("scheduler-address", None):
        return stack.enter_context(Client(address, set_as_default=False))
    cluster = stack.enter_context(_local_workers(min(n_parts, os.cpu_count() or 1)))
    return stack.enter_context(Client(cluster, set_as_default=False))


@contextmanager
def _local_workers(n_workers: int) -> Iterator[LocalCluster]:
    """Worker processes of one thread each, gone at the end with all they wrote.

    They obey whoever connects to them, hence keys made for the while, known to
    this process and its workers alone: other users of the machine have none.
    """
    with TemporaryDirectory(prefix="diaban-") as folder:
        settings = {
            "temporary-directory": folder,
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
        }
        with (
            dask.config.set(settings),
            LocalCluster(
                n_workers=n_workers,
                threads_per_worker=1,
                processes=True,
                host=_LOCALHOST,
                security=True,
                dashboard_address=f"{_LOCALHOST}:0",
                worker_dashboard_address=None,
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.ERROR,
                env={"PARLAY_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            ) as cluster,
        ):
            yield cluster


def _answers(
    client: Client, payloads: Iterator[FloatArray], eps_m: float, min_samples: int
) -> Iterator[tuple[int, IntArray]]:
    """Part number and groups, as they come in; a few parts are out at a time."""
    numbers: dict[str, int] = {}

    def send(payload: FloatArray) -> Future:
        held = client.scatter(payload, hash=False)
        sent = client.submit(_solve, held, eps_m, min_samples, pure=False)
        numbers[sent.key] = len(numbers)
        return sent

    client.wait_for_workers(1, timeout=_PATIENCE_S)
    ahead = _AHEAD * sum(client.nthreads().values())
    first = [send(payload) for payload in islice(payloads, ahead)]
    running = as_completed(first, loop=client.loop)
    for done in running:
        yield numbers[done.key], done.result()
        for payload in islice(payloads, 1):
            running.add(send(payload))


def _merged(parts: list[_Part], answers: Iterable[tuple[int, IntArray]], n_points: int) -> IntArray:
    """One number for groups that share a core which its owner knows for one."""
    node = np.full(n_points, -1, dtype=np.int64)
    seen: list[tuple[IntArray, IntArray]] = []
    count = 0
    for number, groups in answers:
        part = parts[number]
        nodes = np.where(groups >= 0, groups + count, -1)
        node[part.own] = nodes[: part.own.size]
        beyond = nodes[part.own.size :]
        seen.append((part.rim[beyond >= 0], beyond[beyond >= 0]))
        count += int(groups.max(initial=-1)) + 1
    at, theirs = (np.concatenate(column) for column in zip(*seen, strict=True))
    ties = (np.ones(at.size, dtype=np.int8), (node[at], theirs))
    joined = connected_components(coo_matrix(ties, shape=(count, count)), directed=False)[1]
    is_core: BoolArray = node >= 0
    node[is_core] = joined[node[is_core]]
    return node
