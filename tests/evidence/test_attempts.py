"""Parts of the evidence: what cannot be computed says why and ends nothing."""

import numpy as np
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.evidence.attempts import Attempts, parts_in_words


def refusing(error):
    def part():
        raise error

    return part


def test_a_part_that_can_be_computed_is_handed_on():
    tried = Attempts()
    assert tried.part("added", lambda: 3) == 3
    assert tried.not_available == {}


def test_a_part_that_cannot_is_none_and_its_reason_is_kept():
    tried = Attempts()
    refusal = InputError("a level has one person", code="DEGENERATE", advice="join levels")
    assert tried.part("added", refusing(refusal)) is None
    assert tried.part("stability", refusing(np.linalg.LinAlgError("singular"))) is None
    assert tried.not_available == {
        "added": "a level has one person (join levels)",
        "stability": "a fit of this part has no unique solution",
    }
    assert parts_in_words(tried.not_available)[0] == (
        "Not available: added value of the blocks of predictors: a level has one person "
        "(join levels)."
    )


def test_a_fault_of_the_config_ends_no_study_after_its_fits():
    # What could be known before was refused before: see hiprisk.planning.checking.
    tried = Attempts()
    assert tried.part("added", refusing(ConfigError("no such block", advice="a or b"))) is None
    assert tried.not_available == {"added": "no such block (a or b)"}


def test_a_benchmark_that_was_left_out_is_told_by_its_name():
    (said,) = parts_in_words({"comparisons.near_five": "it raised ValueError"})
    assert said == "Not available: comparison with near five: it raised ValueError."


def three():
    return 3


def too_few():
    raise InputError("three people are too few", code="DEGENERATE")


@pytest.mark.parametrize("workers", [1, 2])
def test_parts_computed_ahead_are_those_computed_when_asked_for(workers):
    tried = Attempts()
    parts = {"expected": three, "events": too_few, "added": too_few, "optimism": too_few}
    tried.ahead(parts, workers=workers)
    assert tried.not_available == {}
    # Reasons stand in the order of the evidence, not of the computing.
    assert tried.computed("added") is None
    assert tried.computed("expected") == 3
    assert tried.computed("events") is None
    assert list(tried.not_available) == ["added", "events"]
    with pytest.raises(InputError, match="three people are too few"):
        tried.needed("optimism")
