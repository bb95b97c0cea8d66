"""The curated changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geo.changes import CommuneChange, DistrictChange, read_changes
from geo.errors import GeoError

CHANGES = read_changes()
ACT = re.compile(r"(NQ|NĐ) [\w/-]+, \d\d/\d\d/\d{4}")


def test_every_act_has_a_number_and_a_date() -> None:
    acts = [change.act for change in (*CHANGES.districts, *CHANGES.communes) if change.act]
    assert len(acts) > 80
    assert all(ACT.fullmatch(act) for act in acts)


def test_no_change_stands_twice() -> None:
    communes = [(c.name, c.district, c.province) for c in CHANGES.communes]
    units = [(h.unit, h.district, h.province) for h in CHANGES.heirs]
    moves = [(d.name, d.province, d.now, d.communes) for d in CHANGES.districts]
    for entries in (communes, units, moves):
        assert len(entries) == len(set(entries))


def test_a_change_ends_before_the_map_of_2025() -> None:
    days = [change.until for change in (*CHANGES.districts, *CHANGES.communes) if change.until]
    assert days
    assert max(days).year < 2025


def test_fields_are_read_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "districts.toml").write_text(
        '[[district]]\nname = "Huyện A"\nprovince = "B"\nthen = "C"\nnow = ["Huyện D"]\n'
    )
    (tmp_path / "communes.toml").write_text(
        '[[commune]]\nname = "Xã A"\ndistrict = "Huyện B"\nprovince = "C"\n'
        'held_by = ["Xã D, Huyện E"]\n'
    )
    (tmp_path / "heirs.toml").write_text('[[heir]]\nunit = "Xã A, Huyện B"\nprovince = "C"\n')
    changes = read_changes(tmp_path)
    assert changes.districts == (DistrictChange("Huyện A", "B", ("Huyện D",), then="C"),)
    assert changes.communes == (CommuneChange("Xã A", "Huyện B", "C", (("Xã D", "Huyện E"),)),)


def test_a_missing_file_is_a_domain_error(tmp_path: Path) -> None:
    with pytest.raises(GeoError, match=r"districts\.toml"):
        read_changes(tmp_path)
