"""`compare_models` gives what the command prints, to the last digit."""

import pytest

import hiprisk
from commands import answer
from hiprisk.errors import ConfigError

pytestmark = pytest.mark.usefixtures("here")
MODEL = "invented-womac"


@pytest.mark.slow
def test_the_function_finds_what_the_command_prints(capsys, here, cohort):
    hiprisk.update(MODEL, cohort, method="intercept", resamples=50)
    pair = (f"{MODEL}@1", f"{MODEL}@2")
    _, printed = answer(capsys, "models", "--compare", *pair)
    assert hiprisk.compare_models(*pair).to_dict() == printed
    later = hiprisk.simulate_cohort("stupar", n=200, seed=8).frame
    later.to_csv("later.csv", index=False)
    _, printed = answer(capsys, "models", "--compare", *pair, "--cohort", "later.csv")
    assert hiprisk.compare_models(*pair, "later.csv").to_dict() == printed
    found = hiprisk.compare_models(hiprisk.load(pair[0]), pair[1], later)
    assert found.to_dict()["paired"]["differences"] == printed["paired"]["differences"]
    assert found.to_frame().equals(found.paired.to_frame())


def test_too_few_resamples_are_refused(cohort):
    with pytest.raises(ConfigError, match="resamples: must be a whole number of 50 or more"):
        hiprisk.compare_models(MODEL, MODEL, cohort, resamples=10)
