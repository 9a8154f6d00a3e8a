"""Candidates on the same imputed folds."""

import dataclasses

from hiprisk.learning.candidates import (
    imputed_folds,
    unfitted_estimator,
)


def test_no_training_value_of_those_left_out_is_seen(continuous):
    # The outcome of those left out must change nothing in their own predictions.
    config, _, dictionary, design, data = continuous
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    folds = imputed_folds(blank, data, n_folds=5, workers=1)
    changed = data.outcome.copy()
    changed[folds[0].rows] = 100.0 - changed[folds[0].rows]
    other = imputed_folds(blank, dataclasses.replace(data, outcome=changed), n_folds=5, workers=1)
    assert (folds[0].test.whole == other[0].test.whole).all()
    drawn = zip(folds[0].test.drawn, other[0].test.drawn, strict=True)
    assert all((a == b).all() for a, b in drawn)
    assert all((a == b).all() for a, b in zip(folds[0].training, other[0].training, strict=True))
    assert not (folds[1].training[0] == other[1].training[0]).all()
