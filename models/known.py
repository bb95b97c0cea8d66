"""What was known at a moment: incidents, hotspots and declared indicators as they stood then.

The one door for numbers that must be made again later: June's figures asked in December equal
what June said. Without a moment they are the records as they stand.

Not brought back is what leaves no trace of its own: a map installed since places every record
anew, on its communes; a link to a hamlet; a person's correction of an event that an undone
import had brought.
"""

from __future__ import annotations

from models.known_hotspots import known_hotspots
from models.known_incidents import (
    KnownIncident,
    KnownSeizure,
    known_incidents,
)
from models.known_indicators import known_indicators

__all__ = [
    "KnownIncident",
    "KnownSeizure",
    "known_hotspots",
    "known_incidents",
    "known_indicators",
]
