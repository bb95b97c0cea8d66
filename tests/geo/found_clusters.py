"""Clusters of records as a run finds them: labelled, then described."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.cluster_shapes import describe_clusters
from geo.clusters import DEFAULT_EPS_M, DEFAULT_MIN_SAMPLES, Labels, label_places
from geo.records import Cluster


def found_clusters(
    lons: Any,
    lats: Any,
    days: Any,
    ids: Any,
    *,
    eps_m: float = DEFAULT_EPS_M,
    min_samples: int = DEFAULT_MIN_SAMPLES,
) -> tuple[list[Cluster], Labels]:
    """Clusters of WGS 84 points with their members, and the labels of all points."""
    found = label_places(lons, lats, eps_m=eps_m, min_samples=min_samples)
    clusters = describe_clusters(
        np.asarray(lons, dtype=float),
        np.asarray(lats, dtype=float),
        days=days,
        ids=np.asarray(ids, dtype=np.int64),
        labels=found.labels,
        core=found.core,
        margin_m=eps_m / 4,
    )
    return clusters, found
