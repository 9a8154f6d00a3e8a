"""Bands drawn in characters."""

from pathlib import Path

import pytest

from hiprisk.cli.show.intervals import ASCII, Band, draw_bands, marks_for
from small_bundle import write_small_bundle


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_bands_stand_where_their_numbers_are(monkeypatch):
    monkeypatch.setattr("hiprisk.cli.show.intervals.marks_for", lambda _: ASCII)
    band = Band(label="p", point=50.0, inner=(40.0, 60.0), outer=(20.0, 100.0))
    _, axis, line = draw_bands([band], low=0.0, high=100.0, unit="%", width=11)
    assert axis == "+-+-+-+-+-+"
    assert line == "  --=o=----  p"
    numbers = draw_bands([band], low=0.0, high=100.0, unit="%", width=31)[0]
    assert numbers.split() == ["0", "20", "40", "60", "80", "100", "%"]


def test_a_terminal_without_these_signs_gets_plain_ones():
    assert marks_for("ascii")["point"] == "o"
    assert marks_for("utf-8")["point"] == "●"
    assert marks_for("no such code")["point"] == "o"


def test_a_band_without_bounds_is_its_point_alone():
    band = Band(label="p", point=0.0, inner=(None, None), outer=(None, None))
    assert draw_bands([band], low=0.0, high=1.0, unit="%", width=11)[2].split()[0] in "o●"
