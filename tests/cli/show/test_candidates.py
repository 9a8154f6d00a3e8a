"""Candidates beside the model on a terminal."""

import pytest

from candidate_study import candidate_study
from hiprisk.cli.show.candidates import show_comparisons


@pytest.mark.slow
def test_each_candidate_stands_beside_the_model(tmp_path_factory, capsys):
    study = candidate_study(tmp_path_factory)
    show_comparisons(study.evidence)
    shown = capsys.readouterr().out
    assert "Candidates beside the model (forest), out of fold, n = " in shown
    assert "neighbours (benchmark)" in shown
    assert "The same in held-out participants, n = " in shown
    assert "Benchmarks are never shipped." in shown
