"""Errors of the geo package: what could not be read, placed or measured.

Messages are Vietnamese because they reach the person at the screen or the
terminal unchanged; each names the offending value and what to do next.
"""


class GeoError(Exception):
    """Base of every error this package raises on purpose."""


class UnusableFileError(GeoError):
    """The whole file cannot be used; nothing of it was taken."""


class BoundaryError(GeoError):
    """A coverage of communes cannot be accepted; the message names the unit."""


class CrsError(GeoError):
    """Coordinates are in a system that does not fit the operation."""


class Cql2Error(GeoError):
    """A filter cannot be read, or compares what cannot be compared."""


class ClusterError(GeoError):
    """Points or parameters given to the clustering make no sense."""
