"""The script that goes with the package of a run: it checks the files and repeats the run.

It stands alone on purpose, with nothing of this program: who doubts a run can read it.
"""

from __future__ import annotations

SCRIPT = '''\
"""Checks the files of this package; where parameters.json says "repeatable", repeats the run.
Needs: pip install numpy pandas pyproj scikit-learn"""
import hashlib, json, pathlib
import numpy as np, pandas as pd
from pyproj import Transformer
from scipy.sparse.csgraph import connected_components
from scipy.sparse import coo_matrix
from sklearn.cluster import DBSCAN
from sklearn.neighbors import radius_neighbors_graph

here = pathlib.Path(__file__).parent
for line in (here / "checksums.txt").read_text().splitlines():
    digest, name = line.split("  ")
    assert hashlib.sha256((here / name).read_bytes()).hexdigest() == digest, f"{name} was changed"
run = json.loads((here / "parameters.json").read_text("utf-8"))
print("files: OK")
if not run["repeatable"]:
    print("labels: not repeated, as not every point is given as the run read it: see README.txt")
    raise SystemExit(0)

points = pd.read_csv(here / "points.csv", dtype={"lon": str, "lat": str}, parse_dates=["day"])
stored = pd.read_csv(here / "labels.csv")
eps, least, eps_days = run["eps_m"], run["min_samples"], run["eps_days"]
day = np.zeros(len(points)) if eps_days is None else (points.day - pd.Timestamp(0)).dt.days
place = np.column_stack([points.lon.map(float), points.lat.map(float), day])
# Records at one place (and day) are one point with a weight.
place, row, weight = np.unique(place, axis=0, return_inverse=True, return_counts=True)
lon, lat, day = place.T
row, n = row.ravel(), len(place)
zone = np.floor((lon + 180) / 6).astype(int) + 1  # of UTM
rim = 1.01 * 2 * eps / (111320 * np.cos(np.radians(lat)))  # two eps, in degrees
core, order, near, a, b, groups = np.zeros(n, bool), [], [], [], [], n
for z in np.unique(zone):  # west to east, each with the rim of its neighbours
    held = np.flatnonzero((zone == z) | (abs(lon - (6 * z - 183)) <= 3 + rim))
    own = zone[held] == z
    x, y = Transformer.from_crs(4326, 32600 + z, always_xy=True).transform(lon[held], lat[held])
    pairs = radius_neighbors_graph(np.c_[x, y], eps, mode="distance").tocoo()
    keep = abs(day[held][pairs.row] - day[held][pairs.col]) <= (eps_days or 0)
    i, j, apart = pairs.row[keep], pairs.col[keep], pairs.data[keep]
    graph = coo_matrix((apart, (i, j)), pairs.shape).tocsr()  # keeps distances of zero
    found = DBSCAN(eps=eps, min_samples=least, metric="precomputed")
    found.fit(graph, sample_weight=weight[held])
    is_core = np.isin(np.arange(len(held)), found.core_sample_indices_)
    core[held[own & is_core]] = True
    a.append(held[is_core]); b.append(found.labels_[is_core] + groups)
    groups += found.labels_.max(initial=-1) + 1
    order.append(held[own][np.lexsort((day[held][own], y[own], x[own]))])
    squared = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
    near.append(np.c_[held[i], held[j], squared, abs(day[held][i] - day[held][j])][own[i]])
a, b, order, near = (np.concatenate(each) for each in (a, b, order, near))
a, b = a[core[a]], b[core[a]]  # zones join through the cores they share
group = connected_components(coo_matrix((np.ones(len(a)), (a, b)), (groups, groups)), False)[1]
order = order[core[order]]  # clusters are numbered by their lowest core
labels = np.full(n, -1)
labels[order] = pd.factorize(group[order])[0]
who, other = near[:, 0].astype(int), near[:, 1].astype(int)
rest = ~core[who] & core[other]  # border points: nearest core, then in days, then lowest cluster
who, other, near = who[rest], other[rest], near[rest]
best = np.lexsort((labels[other], near[:, 3], near[:, 2], who))
first = best[np.diff(who[best], prepend=-1) != 0]
labels[who[first]] = labels[other[first]]

labels = labels[row]
assert (points.id == stored.id).all() and (core[row] == stored.core).all(), "other cores"
assert (labels == stored.label).all(), "other labels"
assert hashlib.sha256(labels.astype("<i8").tobytes()).hexdigest() == run["labels_sha256"]
print(f"labels: OK, {labels.max() + 1} clusters of {len(points)} points, the same as stored")
'''
