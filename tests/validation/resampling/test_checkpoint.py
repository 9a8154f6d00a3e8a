"""An interrupted run goes on to the same bits; a foreign or torn checkpoint does no harm."""

import numpy as np
import pytest

from hiprisk.errors import ConfigError, InputError, StoreError
from hiprisk.learning.unpenalised import fit_ols
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import OrdinalRefit, Refit, draw_resamples

X = np.random.default_rng(0).normal(size=(40, 2))
Y = X[:, 0] + np.random.default_rng(1).normal(size=40)
RESAMPLES = draw_resamples(np.arange(40), n_resamples=12, seed=3)


class Killed(Exception):
    """Stands for a kill in the middle."""


class Counting:
    """Least squares that counts its calls, refuses one resample and may be killed at another."""

    def __init__(self, *, killed_at=None, refused=None):
        self.calls, self.killed_at, self.refused = [], killed_at, refused

    def __call__(self, resample):
        if resample.number == self.killed_at:
            raise Killed(f"at resample {resample.number}")
        self.calls.append(resample.number)
        if resample.number == self.refused:
            raise InputError("singular", code="DEGENERATE")
        fit = fit_ols(X, Y, weights=resample.counts.astype(float))
        return Refit(fit.coefficients[0] + X @ fit.coefficients[1:], fit.coefficients)


def same(one, two):
    return (
        (one.predicted == two.predicted).all()
        and (one.coefficients == two.coefficients).all()
        and one.numbers == two.numbers
    )


def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path):
    checkpoint = Checkpoint(tmp_path / "kept", "study-a")
    with pytest.raises(Killed, match="at resample 7"):
        refit_all(Counting(killed_at=7), RESAMPLES, checkpoint=checkpoint)
    later = Counting()
    resumed = refit_all(later, RESAMPLES, checkpoint=checkpoint)
    assert later.calls == [7, 8, 9, 10, 11]
    assert same(resumed, refit_all(Counting(), RESAMPLES))


def test_two_workers_share_a_checkpoint(tmp_path):
    checkpoint = Checkpoint(tmp_path / "kept", "study-a")
    refit_all(Counting(), RESAMPLES[:5], checkpoint=checkpoint)
    both = refit_all(Counting(), RESAMPLES, checkpoint=checkpoint, workers=2)
    assert same(both, refit_all(Counting(), RESAMPLES))


def test_a_refusal_is_kept_too(tmp_path):
    checkpoint = Checkpoint(tmp_path / "kept", "study-a")
    many = draw_resamples(np.arange(40), n_resamples=20, seed=3)
    first = refit_all(Counting(refused=4), many, checkpoint=checkpoint)
    again = Counting(refused=4)
    second = refit_all(again, many, checkpoint=checkpoint)
    assert again.calls == []
    assert first.n_refused == second.n_refused == 1
    assert same(first, second)


def test_the_checkpoint_of_another_study_is_refused(tmp_path):
    refit_all(Counting(), RESAMPLES, checkpoint=Checkpoint(tmp_path / "kept", "study-a"))
    with pytest.raises(
        ConfigError, match="belongs to another config, cohort or version"
    ) as refusal:
        refit_all(Counting(), RESAMPLES, checkpoint=Checkpoint(tmp_path / "kept", "study-b"))
    assert refusal.value.code == "RESUME_MISMATCH"


def test_resamples_of_other_people_are_refused(tmp_path):
    checkpoint = Checkpoint(tmp_path / "kept", "study-a")
    refit_all(Counting(), RESAMPLES, checkpoint=checkpoint)
    others = draw_resamples(np.arange(40), n_resamples=12, seed=4)
    with pytest.raises(ConfigError, match="resample 0 of the checkpoint is another draw"):
        refit_all(Counting(), others, checkpoint=checkpoint)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 torn", b"\x80\x04pickle"])
def test_a_damaged_piece_is_worked_out_again(tmp_path, damage):
    checkpoint = Checkpoint(tmp_path / "kept", "study-a")
    whole = refit_all(Counting(), RESAMPLES, checkpoint=checkpoint)
    (tmp_path / "kept" / "resample-00003.npz").write_bytes(damage)
    later = Counting()
    assert same(refit_all(later, RESAMPLES, checkpoint=checkpoint), whole)
    assert later.calls == [3]


def test_nothing_pickled_is_opened(tmp_path):
    checkpoint = Checkpoint(tmp_path, "study-a")
    np.savez(tmp_path / "resample-00000.npz", predicted=np.array([{"a": 1}], dtype=object))
    assert checkpoint.load("resample-00000") is None


def test_a_folder_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(StoreError, match="checkpoint cannot be used"):
        refit_all(Counting(), RESAMPLES, checkpoint=Checkpoint(tmp_path / "kept", "study-a"))


def test_no_half_written_piece_is_left(tmp_path):
    checkpoint = Checkpoint(tmp_path / "kept", "study-a")
    refit_all(Counting(), RESAMPLES, checkpoint=checkpoint)
    names = sorted(path.suffix for path in (tmp_path / "kept").iterdir())
    assert names == [".json", *[".npz"] * 12]


def test_the_distribution_of_an_ordinal_refit_is_kept(tmp_path):
    def ordinal(resample):
        law = OrdinalRefit(np.array([1.0, -resample.number]), Y + resample.number)
        return Refit(np.zeros(40), None, law)

    checkpoint = Checkpoint(tmp_path / "kept", "study-a")
    first = refit_all(ordinal, RESAMPLES[:3], checkpoint=checkpoint)
    again = refit_all(Counting(killed_at=0), RESAMPLES[:3], checkpoint=checkpoint)
    for one, other in zip(first.ordinal, again.ordinal, strict=True):
        assert (one.intercepts == other.intercepts).all()
        assert (one.predictor == other.predictor).all()
    some = again.of_rows(Y > 0.0)
    assert (some.ordinal[2].predictor == (Y + 2)[Y > 0.0]).all()
