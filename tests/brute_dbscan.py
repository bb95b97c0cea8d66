"""DBSCAN and ST-DBSCAN straight from their definitions, for small sets, ties by the rules here."""

from __future__ import annotations


def brute_force(points, eps, min_samples, weights=None):
    """Labels and core marks of points (x, y)."""
    return brute_force_in_time([(x, y, 0) for x, y in points], eps, 0, min_samples, weights)


def brute_force_in_time(records, eps_m, eps_days, min_samples, weights=None):
    """Labels and core marks of records (x, y, day): ST-DBSCAN."""
    n = len(records)
    weights = weights or [1] * n
    squared = [[(a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for b in records] for a in records]
    apart = [[abs(a[2] - b[2]) for b in records] for a in records]
    near = [
        [j for j in range(n) if squared[i][j] <= eps_m * eps_m and apart[i][j] <= eps_days]
        for i in range(n)
    ]
    core = [sum(weights[j] for j in near[i]) >= min_samples for i in range(n)]
    labels, count = [-1] * n, 0
    for start in sorted(range(n), key=lambda i: records[i]):
        if not core[start] or labels[start] >= 0:
            continue
        stack, labels[start] = [start], count
        while stack:
            for j in near[stack.pop()]:
                if core[j] and labels[j] < 0:
                    labels[j] = count
                    stack.append(j)
        count += 1
    for i in range(n):
        claims = [(squared[i][j], apart[i][j], labels[j]) for j in near[i] if core[j]]
        if not core[i] and claims:
            labels[i] = min(claims)[2]
    return labels, core


def partition(labels):
    """Groups of row numbers whatever their labels; noise apart."""
    groups = {}
    for row, value in enumerate(labels):
        groups.setdefault(value, set()).add(row)
    noise = frozenset(groups.pop(-1, set()))
    return {frozenset(group) for group in groups.values()}, noise
