"""Whatever a study is of, its report shows no raw names and its links lead somewhere."""

import re
from types import SimpleNamespace

import pytest

from candidate_study import candidate_config, candidate_study
from hiprisk.reporting.card import model_card
from hiprisk.reporting.datasheet import cohort_datasheet
from hiprisk.reporting.study.report import study_report
from report_words import names_in, names_on, words_in_svg
from reported_study import reported_study

KINDS = ("scores", "risks", "trees", "own candidates")


@pytest.fixture(scope="module", params=KINDS)
def one(request, tmp_path_factory):
    if request.param == "own candidates":
        found = candidate_study(tmp_path_factory)
        return SimpleNamespace(
            evidence=found.evidence, sheet=found.result.sheet, config=candidate_config(),
            sections=tuple(found.section.values()),
        )  # fmt: skip
    return reported_study(tmp_path_factory, request.param)


@pytest.fixture(scope="module")
def page(one):
    return study_report(
        one.evidence, one.sheet, one.sections, config=one.config, cohort_fingerprint="ab12",
        created_with={"hiprisk": "0.1.0"},
    )  # fmt: skip


@pytest.mark.slow
def test_nobody_reads_a_raw_name(one, page):
    # Sites and classes are named as their authors did.
    values = ("site_0", "sklearn.", "linear_model", "max_features", "min_samples")
    for text in (
        *names_on(page),
        *names_in(model_card(one.sheet, one.evidence, one.config)),
        *names_in(cohort_datasheet(one.evidence, one.config, cohort_fingerprint="ab12")),
    ):
        assert text.startswith(values), text


def test_a_block_is_called_by_its_label(one, page):
    said = re.sub(r"<style>.*?</style>|<code>.*?</code>|<[^>]+>", " ", page, flags=re.DOTALL)
    for block, label in one.config.block_labels.items():
        assert label in said
        # The title has back pain in it.
        assert not re.search(rf"\b{block}\b(?! pain)", said), block


def test_every_link_leads_to_a_section(page):
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= ids


def test_every_figure_has_words_for_names_and_says_that_the_people_are_simulated(one):
    pictures = [picture for section in one.sections for picture in section.pictures]
    assert pictures
    for picture in pictures:
        words = words_in_svg(picture)
        # Sites and classes are named as their authors did.
        found = [name for name in names_in(" ".join(words)) if not name.startswith("site_0")]
        assert found == [], picture.name
        assert any("simulated" in each for each in words), picture.name
