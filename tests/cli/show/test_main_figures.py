"""The short view of an external validation."""

from dataclasses import replace

import pytest

from hiprisk.cli.show.main_figures import MORE, show_main
from updated_models import a_cohort
from validated_people import evaluated


@pytest.fixture(scope="module")
def result():
    return evaluated(a_cohort(120).frame, by=("sex",))[1]


def shown(capsys, result, head=()):
    show_main(result, head)
    return capsys.readouterr().out


def test_it_has_the_sentences_the_metrics_and_who_took_part(capsys, result):
    out = shown(capsys, result)
    assert "R²" in out
    assert "coverage of the 80 % prediction interval" in out
    assert f"{result.n} of 120 rows evaluated" in out
    assert "Differences between groups: " in out
    assert out.endswith(f"{MORE}\n")


def test_events_are_rows_with_discrimination_and_calibration(capsys, result):
    out = shown(capsys, result)
    for event in result.performance.events:
        assert f"\n{event.label}  " in out
    assert "\nEvent, " not in out


def test_what_does_not_fit_a_screen_is_left_to_full(capsys, result, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = replace(result, remarks=tuple(f"Remark {i}." for i in range(60)))
    out = shown(capsys, long, head=("title", ""))
    assert len(out.splitlines()) == 38
    assert "Remark 1." in out
    assert "Remark 59." not in out


def test_reasons_are_shown(capsys, result):
    assert "OUT_OF_RANGE" in shown(capsys, replace(result, reasons={"OUT_OF_RANGE": 2}))
