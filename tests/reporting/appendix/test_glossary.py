"""The glossary: the terms that the report uses, and no others."""

import re

import pytest

from hiprisk.metrics.registry import entries
from hiprisk.reporting.appendix.glossary import ENTRIES, glossary_section, names
from hiprisk.reporting.page.blocks import Section
from hiprisk.reporting.study.first_screen import first_screen
from report_words import words_in_svg
from reported_study import reported_study


def terms(*sections):
    return [row[0] for row in glossary_section(sections).tables[0].rows]


def test_only_terms_that_stand_in_the_report_are_explained():
    assert terms(Section(anchor="a", title="A", paragraphs=("The Calibration Slope is 1.",))) == [
        "calibration slope"
    ]


def test_every_term_is_in_alphabetical_order_and_explained_once():
    names = [entry[0].casefold().replace("²", "2") for entry in ENTRIES]
    assert names[:-1] == sorted(names[:-1])
    assert len(set(names)) == len(names)
    assert all(entry[1].endswith(".") for entry in ENTRIES)


def test_a_full_report_explains_its_main_figures(study):
    found = set(terms(*study.sections))
    assert {"R²", "calibration slope", "optimism", "net benefit", "prediction interval"} <= set(
        found
    )


def test_a_term_is_written_as_the_metric_is_labelled():
    labels = {one.label for one in entries()}
    assert {"C statistic", "calibration slope", "R²"} <= labels & {entry[0] for entry in ENTRIES}


# Columns whose cells are statistics, by the word that heads them.
OF_STATISTICS = ("metric", "measure", "index", "quantity", "score", "instability", "test")
# What a column may be called that is no statistic: who, what, how many, and on what.
PLAIN = re.compile(
    r"(|added|all|base|bootstrap models|by|characteristic|code|coefficient|column|column in the "
    r"sheet|criterion|event|no event|expected|expected at this sample size|exposed|extended|"
    r"finding|form|gain|groups?|knots|met|missing in the development cohort|(model|settings?)"
    r"( type| tried)?|n|of a score|out-of-fold|outcome (un)?known|part|people|people needed|"
    r"predictor|requirement|rows|scenario|severity|site \S+|sites|smallest to largest|statistic|"
    r"stratum|term|this study|truth|values?|variable|verdict|at or above the threshold|mean|"
    r"estimate|second minus first|(lowest|middle|highest) (third|prediction)|[Mm]ean outcome|"
    r"risk of: .*|development|held out|"
    r"threshold prediction|share of the information|difference in means|intercept|domain|item|"
    r"reduction against the mean-only model|width of (the|a person's) central 95 %.*|\d+|"
    + "|".join(OF_STATISTICS) + r")( \(.*| 95 % CI)?"
)  # fmt: skip
# Parts of one entry.
BESIDE = {"discrimination": "miscalibration", "uncertainty": "miscalibration"}
# A figure's title that says what is drawn in plain words.
PLAIN_TITLES = re.compile(
    r"(calibration|participant flow|what is added to|sample size|missing values|performance|"
    r"predictors? by|prediction (by each|instability)|an invented patient|observed against|"
    r"tuning history|classification instability|.* association with|difference in means)", re.I
)  # fmt: skip


@pytest.fixture(scope="module", params=("scores", "risks", "trees"))
def one(request, tmp_path_factory):
    return reported_study(tmp_path_factory, request.param)


def explained_in(sections):
    found = {row[0] for row in glossary_section(sections).tables[0].rows}
    return [name for entry in ENTRIES if entry[0] in found for name in names(entry)]


def has(text, terms):
    said = BESIDE.get(text, text).casefold()
    return any(re.search(rf"(?<!\w){re.escape(term)}", said) for term in terms)


def statistics_in(section):
    """Heads of columns, and cells that name a statistic."""
    for table in section.tables:
        yield from table.head
        for place, head in enumerate(table.head):
            if head.startswith(OF_STATISTICS):
                yield from (row[place] for row in table.rows)


def test_every_statistic_of_a_table_is_explained(one):
    terms = explained_in(one.sections)
    held, outcome = one.evidence.holdout, one.config.outcome
    named = [event.label for event in (*one.sheet.outcome.events, outcome.dichotomise) if event]
    if held is not None and held.reference_name:
        named.append(one.evidence.label(held.reference_name))
    lacking = {
        text
        for section in one.sections
        for text in statistics_in(section)
        if not (has(text, terms) or PLAIN.fullmatch(text.strip()))
    }
    assert {text for text in lacking if not text.startswith(tuple(named))} == set()


def test_every_metric_that_is_shown_has_an_entry_of_its_name(one):
    own = {name for entry in ENTRIES for name in names(entry)}
    parts = r" \(.*| of the .*| skill score|, .*| on the risk scale| per 100 .*"
    shown = {
        row[0] for section in one.sections for table in section.tables if table.head[0] == "metric"
        for row in table.rows
    }  # fmt: skip
    bare = {re.sub(parts, "", label).casefold() for label in shown}
    labels = {re.sub(parts, "", metric.label).casefold() for metric in entries()}
    assert {label for label in bare & labels if label not in own} - {"width"} == set()


def test_every_figure_says_what_it_shows_in_plain_or_explained_words(one):
    terms = explained_in(one.sections)
    for section in one.sections:
        for picture in section.pictures:
            words = " ".join(words_in_svg(picture))
            assert has(words, terms) or PLAIN_TITLES.search(words), picture.name


def test_every_tile_is_explained(one):
    screen = first_screen(one.evidence, one.sections, sheet=one.sheet, config=one.config)
    terms = explained_in(one.sections)
    for tile in screen.tiles:
        said = " ".join([tile.note, *(f"{x.label} {x.value} {x.detail}" for x in tile.lines)])
        assert has(said, terms) or tile.note, tile.title
