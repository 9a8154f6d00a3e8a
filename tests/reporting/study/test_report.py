"""The whole report: every part, in order, with labels in place of machine names."""

import re

import pytest

from hiprisk.metrics.registry import entries
from hiprisk.reporting.study import report
from hiprisk.reporting.study.report import report_figures, study_report
from report_words import names_in, names_on, words_of

BODY = [
    "Methods", "Participants", "Baseline characteristics (table 1)", "Performance", "Calibration",
    "Clinical utility", "What blocks of predictors add", "Association with the declared exposure",
    "Held-out participants", "Limitations",
]  # fmt: skip
APPENDIX = [
    "The model in full", "Nomogram and points", "Predictors", "Sample size", "Missing values",
    "Baseline characteristics by outcome and site", "Checks of the data",
    "Internal validation in full", "Out-of-fold predictions and prediction intervals",
    "Events in full", "Added value in full",
    "Truth of the simulation", "Prediction instability", "Performance in subgroups",
    "Internal-external cross-validation", "Expected performance", "Candidate model types",
]  # fmt: skip
# Said in standard terms now; the left column of the vocabulary.
PRIVATE = re.compile(
    r"\b(unseen|people not seen|refits?|act(ing)? on (all|none)|chances? of|worth having|"
    r"cannot tell|point by point|families|family|judged|set off|filled in|learned from|"
    r"synthetic|95 % intervals?|yes against no)\b"
)


def page(study):
    return study_report(
        study.evidence,
        study.sheet,
        study.sections,
        config=study.config,
        cohort_fingerprint="ab12",
        created_with={"hiprisk": "0.1.0"},
    )


def test_every_section_is_there_in_its_order(study):
    assert [section.title for section in study.sections] == [*BODY, *APPENDIX]
    titles = re.findall(r'<section id="[a-z_]+">\n<h2>(.*?)</h2>', page(study))
    assert titles == [
        "Summary", *BODY, *APPENDIX, "TRIPOD+AI", "PROBAST+AI", "Glossary", "References",
        "Provenance",
    ]  # fmt: skip


def test_simulated_data_are_named_before_anything_else(study):
    html = page(study)
    warning = "SIMULATED DATA: these people were simulated"
    assert html.index(f">{warning}") < html.index("<h2>Summary</h2>")
    assert "Data: simulated people. Made with hiprisk 0.1.0." in html


def test_no_machine_name_is_shown_but_as_code(study):
    html = page(study)
    # A level of the held-out variable is a value, no name.
    assert set(names_on(html)) <= {"site_02"}
    assert "<code>womac_function_0_100</code>" in html
    # Nor the name of a metric that looks like a word.
    short = {one.name for one in entries()} - {one.label for one in entries()}
    cells = {word for section in study.sections for word in words_of(section)}
    assert not cells & (short - {"mean"})


def test_the_scan_finds_a_machine_name():
    assert names_on('<p>by lbp_any</p><img alt="net_benefit_0.2"><code>x_y</code>') == [
        "lbp_any", "net_benefit_0",
    ]  # fmt: skip
    assert names_in("see `tune_inside`, hip_motion") == ["hip_motion"]


def test_every_sentence_has_the_terms_of_the_field(study):
    said = [*study.evidence.summary, *(w for one in study.sections for w in words_of(one))]
    assert [sentence for sentence in said if PRIVATE.search(sentence)] == []


def test_every_picture_is_a_figure_by_its_name(study):
    figures = report_figures(study.sections)
    assert len(figures) == sum(len(section.pictures) for section in study.sections)
    assert {"participants.png", "calibration_loess.png", "added.png", "mape.png"} <= set(figures)
    assert all(png.startswith(b"\x89PNG") for png in figures.values())


@pytest.mark.drawn
def test_sections_are_the_same_whoever_draws_them(study, monkeypatch):
    # The first three suffice, and have one picture.
    monkeypatch.setattr(report, "_POSSIBLE", report._POSSIBLE[:3])
    drawn = [
        report.report_sections(study.evidence, study.sheet, study.config, workers=workers)
        for workers in (1, 2)
    ]
    assert [one.anchor for one in drawn[0]] == ["methods", "people", "characteristics"]
    assert drawn[0] == drawn[1]
    assert drawn[0][1].pictures[0].png.startswith(b"\x89PNG")


def test_the_summary_repeats_neither_the_banner_nor_the_section_on_blocks(study):
    html = page(study)
    summary = html.partition("<h2>Summary</h2>")[2].partition("</section>")[0]
    assert "SIMULATED DATA" not in summary
    assert "minimum important gain 0.01" not in summary
    assert 'What each block adds: see <a href="#added">' in summary


def test_on_paper_the_figure_of_the_first_page_is_not_printed_again(study):
    html = page(study)
    assert html.count('<figure class="again">') == 1
    assert 'See <a class="large" href="#first_figure">the first figure</a>.' in html
    assert html.count('id="first_figure"') == 1


def test_long_contents_begin_a_page_of_paper(study):
    html = page(study)
    assert '<nav class="long" aria-label="Contents">' in html
    assert "nav.long { break-before: page; margin-top: 0; }" in html
