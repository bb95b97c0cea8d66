"""Records looked up by their ids: the members of clusters among all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.errors import ClusterError
from geo.records import Cluster

Ids = NDArray[np.int64]


def member_rows(clusters: Sequence[Cluster], ids: Ids) -> tuple[Ids, Ids]:
    """Rows of the members laid end to end, and the position of the cluster of each.

    Raises
    ------
    ClusterError
        If a member is not among the ids.
    """
    members, owner = end_to_end([cluster.members for cluster in clusters])
    rows, known = rows_among(ids, members)
    if not known.all():
        raise ClusterError(f"Vụ việc {members[~known][0]} của một cụm không có trong dữ liệu.")
    return rows, owner


def end_to_end(groups: Sequence[Sequence[int] | Ids]) -> tuple[Ids, Ids]:
    """The ids of all groups, of which there is one at least, and the position of each's group."""
    arrays = [np.asarray(group, dtype=np.int64) for group in groups]
    return np.concatenate(arrays), np.repeat(np.arange(len(arrays)), [a.size for a in arrays])


def rows_among(ids: Ids, wanted: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """Rows of those wanted that are among some ids, each once; and which of them are.

    >>> rows, known = rows_among(np.array([7, 3, 5]), np.array([5, 6, 7]))
    >>> rows.tolist(), known.tolist()
    ([2, 0], [True, False, True])
    """
    order = np.argsort(ids)
    at = np.searchsorted(ids, wanted, sorter=order)
    known = at < ids.size
    known[known] = ids[order[at[known]]] == wanted[known]
    return order[at[known]], known
