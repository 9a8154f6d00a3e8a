"""Names that MLflow would refuse after everything is fitted are refused at the start."""

import pytest

from study_text import check_refused, small_study


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("experiment=''", "tracking.experiment: must match the pattern"),
        ("experiment='  '", "tracking.experiment: must match the pattern"),
        ("alias=''", "tracking.alias: must match the pattern"),
        ("alias=my alias", "tracking.alias: must match the pattern"),
        ("alias=latest", "MLflow's own names of versions"),
        ("alias=V2", "MLflow's own names of versions"),
        ("experimant=x", "tracking.experimant: this key is not known (did you mean experiment?)"),
    ],
)
def test_a_name_that_mlflow_does_not_take_is_refused(setting, said):
    check_refused(said, f"tracking.{setting}")


def test_other_names_are_taken():
    tracking = small_study("tracking={experiment: a b, alias: second-best_2}").tracking
    assert (tracking.experiment, tracking.alias) == ("a b", "second-best_2")
