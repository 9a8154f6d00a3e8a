"""What ``hiprisk compare`` prints."""

from dataclasses import replace

import pytest

from hiprisk.cli.show.added_value import show_added_value
from reported_study import reported_study


@pytest.fixture
def added(tmp_path_factory):
    return reported_study(tmp_path_factory).evidence.added


def shown(capsys, found, **options):
    show_added_value(found, **options)
    return capsys.readouterr().out


@pytest.mark.slow
def test_the_short_view_has_the_declared_measure_of_each_addition(capsys, added):
    out = shown(capsys, added)
    assert f"What is added to {added.base_label}" in out
    for one in added.additions:
        assert f"\n{one.label}  " in out or f"\n{one.label}\n" in out
    assert out.count("\n  R²") == len(added.additions)
    assert "net benefit" not in out
    assert out.rstrip().endswith("how the figures were computed.")


def test_full_has_every_measure_and_the_notes(capsys, added):
    out = shown(capsys, added, full=True)
    assert "net benefit at 20 %" in out
    for note in added.notes:
        assert note in out


def test_of_many_additions_each_has_a_row_with_its_verdict(capsys, added):
    one = added.additions[0]
    many = replace(added, additions=(one,) * 20)
    out = shown(capsys, many)
    assert out.count(f"\n{one.label}  ") == 15
    assert "5 further combinations: --full." in out
    assert f"Minimum important gain {added.smallest_gain:g} (declared)." in out
    assert one.sentence not in out


def test_blocks_without_a_coefficient_have_no_test(capsys, added):
    one = replace(added.additions[0], tests=())
    out = shown(capsys, replace(added, additions=(one,)), full=True)
    assert "no test: the blocks add no coefficient" in out
