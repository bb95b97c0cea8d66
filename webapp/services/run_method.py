"""How a run clusters: its parameters, and the points it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.clusters import DEFAULT_EPS_M, DEFAULT_MIN_SAMPLES, Labels, label_places
from geo.engines import AUTO
from geo.errors import ClusterError
from geo.space_time import label_space_time

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Method:
    """DBSCAN in metres; with `eps_days` also in days, which leaves no choice of engine.

    Raises
    ------
    ClusterError
        If an engine is named beside `eps_days`.
    """

    eps_m: float = DEFAULT_EPS_M
    min_samples: int = DEFAULT_MIN_SAMPLES
    eps_days: int | None = None
    engine: str = AUTO

    def __post_init__(self) -> None:
        """Refuse an engine where time counts: that has its own."""
        if self.eps_days is not None and self.engine != AUTO:
            raise ClusterError("--eps-days có cách tính riêng; hãy bỏ --engine.")

    @property
    def margin_m(self) -> float:
        """By how much hulls are drawn wider than the records."""
        return self.eps_m / 4

    def label(self, lons: Numbers, lats: Numbers, days: NDArray[np.datetime64]) -> Labels:
        """Cluster points in WGS 84; days count only where `eps_days` is given.

        Raises
        ------
        ClusterError
            If a parameter makes no sense.
        """
        if self.eps_days is None:
            return label_places(
                lons, lats, eps_m=self.eps_m, min_samples=self.min_samples, engine=self.engine
            )
        return label_space_time(
            lons,
            lats,
            days,
            eps_m=self.eps_m,
            eps_days=self.eps_days,
            min_samples=self.min_samples,
        )

    def kept(self) -> dict[str, Any]:
        """The parameters as they are kept with a run."""
        return asdict(self)


def method_of(parameters: Mapping[str, Any]) -> Method:
    """The method of a run, from the parameters kept with it."""
    eps_days = parameters.get("eps_days")
    return Method(
        eps_m=parameters["eps_m"],
        min_samples=parameters["min_samples"],
        eps_days=eps_days,
        engine=AUTO if eps_days is not None else parameters.get("engine", AUTO),
    )
