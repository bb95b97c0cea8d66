"""Of which days a run has data around its clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from geo.cluster_facts import ChangeWindow, change_window
from geo.records import Cluster
from models.data_ends import DataEnds
from models.incident_counts import ClusterInput
from webapp.services.run_windows import RunWindow


def change_windows(
    clusters: Sequence[Cluster], points: ClusterInput, ends: DataEnds, window: RunWindow
) -> list[ChangeWindow]:
    """The last window of each cluster, by the data of the province of most of its records."""
    return [
        change_window(window.since, window.as_of, ends.span(_province(cluster, points)))
        for cluster in clusters
    ]


def _province(cluster: Cluster, points: ClusterInput) -> str:
    """Where most records lie, of equal ones the first by code; empty where unknown."""
    rows = np.searchsorted(points.ids, np.asarray(cluster.members, dtype=np.int64))
    counts: Counter[str] = Counter(points.province_codes[rows].tolist())
    return min(counts, key=lambda code: (-counts[code], code))
