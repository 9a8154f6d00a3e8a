"""psfmi's pooled linear and logistic models of ten stacked imputations, through `associate`."""

from pathlib import Path

import pytest

from hiprisk.config import load_config
from hiprisk.inference.association import run_associate

pytestmark = pytest.mark.real

NUMBERS = ("pain", "gender", "smoking", "back_function", "job_control", "job_demands", "support")
COLUMNS = ("Pain", "Gender", "Smoking", "Function", "JobControl", "JobDemands", "SocialSupport")
STUDY = """
name: psfmi
title: Back function and pain
intended_use: Tests only.
seed: 1
cohort: {{file: {file}, mapping: m.yaml, dictionary: d.yaml}}
outcome:
  {{variable: {outcome}, label: outcome, kind: {kind}, unit: points, higher_is: worse,
   horizon_months: 12, population: nobody{rest},
   smallest_gain_worth_having: {{metric: {metric}, value: 0.01}}}}
confounders: [gender, smoking, job_control, job_demands, support]
blocks: {{core: [gender, smoking, job_control, job_demands, support, back_function]}}
families: {{{family}: {{}}}}
tracking: {{enabled: false}}
association: {{exposure: back_function, standard_errors: model}}
"""


@pytest.fixture
def table(tmp_path, shared_dir):
    kinds = "".join(f"{name}: {{label: {name}, kind: number}}\n" for name in NUMBERS)
    (tmp_path / "d.yaml").write_text(
        kinds + 'chronic: {label: chronic, kind: category, levels: ["no", "yes"]}\n'
    )
    named = ", ".join(f"{n}: {c}" for n, c in zip(NUMBERS, COLUMNS, strict=True))
    (tmp_path / "m.yaml").write_text(
        "dictionary: d.yaml\nprovenance: real\nimputation_column: Impnr\n"
        'imputations: ["1", "2", "3", "4", "5"]\n'
        f"variables: {{person_id: ID, chronic: Chronic, {named}}}\n"
    )

    def made(**words):
        file = Path(shared_dir).resolve() / "data" / "psfmi_lbpmilr.csv"
        (tmp_path / "s.yaml").write_text(STUDY.format(file=file, **words))
        return run_associate(load_config(tmp_path / "s.yaml"))

    return made


def test_the_linear_model_of_pain(table):
    event = "{name: much, label: much pain, direction: above, reference: fixed, value: 8}"
    found = table(outcome="pain", kind="continuous", rest=f", events: [{event}]", metric="r2",
                  family="linear")  # fmt: skip
    row = found.row("adjusted")
    assert (row.n, row.n_clusters, found.n_imputations) == (159, 159, 5)
    assert row.estimate.value == pytest.approx(-0.126983721, abs=1e-7)
    assert (row.se, row.df) == pytest.approx((0.04264394, 46.48759), rel=1e-5)


def test_the_logistic_model_of_chronic_pain(table):
    found = table(outcome="chronic", kind="binary", rest=", event_level: 'yes'",
                  metric="scaled_brier", family="logistic")  # fmt: skip
    row = next(row for row in found.rows
               if (row.model, row.measure) == ("adjusted", "odds_ratio"))  # fmt: skip
    estimate = row.estimate
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
        (0.8677, 0.7964, 0.9455), abs=5e-5
    )
    assert (row.se, row.df) == pytest.approx((0.04337897, 132.02927), rel=1e-5)
    assert "5 imputations of the file" in " ".join(found.notes)
