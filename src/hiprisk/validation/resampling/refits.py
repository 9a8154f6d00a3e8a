"""One pass over the resamples: what every refit leaves behind for all that is asked later."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Bools, Counts, Floats, Integers
from hiprisk.bootstrap import too_many_refused
from hiprisk.errors import ConfigError, InputError
from hiprisk.parallel import Progress, run_parallel
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.resamples import (
    OrdinalRefit,
    Procedure,
    Refit,
    Resample,
    counts_of,
    numbers_of,
)
from hiprisk.validation.resampling.same_design import SameDesign


class RefitsRefusedError(InputError):
    """Too many resamples (or folds, or sites) on which a procedure could not be repeated.

    Parameters
    ----------
    reasons : sequence of str
        Why, one for each that was refused.
    n : int
        How many there were in all.
    name : str
        What one is called.
    """

    default_code = "DEGENERATE"

    def __init__(self, reasons: Sequence[str], *, n: int, name: str) -> None:
        super().__init__(
            f"the model could not be fitted on {len(reasons)} of {n} {name}s"
            f"{refusals_in_words(reasons)}",
            advice="use fewer predictors, a larger penalty or an outcome with more events",
        )
        self.n_refused = len(reasons)
        self.n_fitted = n - len(reasons)


@dataclass(frozen=True)
class Refits:
    """All refits of a procedure.

    Attributes
    ----------
    predicted : ndarray, shape (n_resamples, n_rows)
        Predictions of all original rows by each refit.
    counts : ndarray of int, shape (n_resamples, n_rows)
        How often each row was drawn into the refit's resample.
    numbers : tuple of int
        Which resamples these are; those that the procedure refused are absent.
    n_refused : int
    coefficients : ndarray or None, shape (n_resamples, n_coefficients)
        Intercept first; None where the family has none or their number varies.
    ordinal : tuple of OrdinalRefit or None
        Of a model type that has a distribution of its own.
    """

    predicted: Floats
    counts: Counts
    numbers: tuple[int, ...]
    n_refused: int
    coefficients: Floats | None = None
    ordinal: tuple[OrdinalRefit, ...] | None = None

    @property
    def n_resamples(self) -> int:
        """How many could be fitted."""
        return len(self.numbers)

    def of_rows(self, rows: Bools) -> Refits:
        """The same refits for some rows alone, for instance those whose outcome is known."""
        if rows.all():
            return self
        return Refits(
            self.predicted[:, rows],
            self.counts[:, rows],
            self.numbers,
            self.n_refused,
            self.coefficients,
            self.ordinal
            and tuple(OrdinalRefit(one.intercepts, one.predictor[rows]) for one in self.ordinal),
        )


def refit_all(
    procedure: Procedure,
    resamples: Sequence[Resample],
    *,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    every: bool = False,
    name: str = "resample",
) -> Refits:
    """Run a procedure on every resample.

    Parameters
    ----------
    procedure : callable
        Resample to predictions of all original rows.
    resamples : sequence of Resample
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
    checkpoint : Checkpoint, optional
        Where finished refits are kept. A run that was interrupted goes on there to the same bits.
    every : bool
        Whether each is needed: of folds and sites none may be refused, of resamples a few.
    name : str
        What a piece is called, in the checkpoint and in an error.

    Raises
    ------
    RefitsRefusedError
        If the procedure refuses more of the resamples than it may.
    ConfigError
        If the checkpoint belongs to other work.
    """
    if checkpoint is not None:
        checkpoint.open()
    design = same_design_of(procedure)
    if design is not None:
        parts = list(_refit_together(design, procedure, resamples, workers, progress))
        reasons = [reason for _, refused in parts for reason in refused]
        _check_refused(reasons, len(resamples), every=every, name=name)
        return _joined([refits for refits, _ in parts])
    pieces = _Pieces(checkpoint, name)
    found = _attempts(procedure, resamples, pieces, workers=workers, progress=progress)
    _check_refused(_reasons(found), len(found), every=every, name=name)
    n_rows = next(len(refit.predicted) for refit in found if isinstance(refit, Refit))
    return _as_refits(found, counts_of(resamples, n_rows), numbers_of(resamples))


def refit_in_parts(
    procedure: Procedure,
    resamples: Sequence[Resample],
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Iterator[Refits]:
    """Run a procedure on every resample; where resamples are fitted together, some after others.

    Of many people and resamples no more than a part is held at a time. Arguments and refusals are
    those of `refit_all`; whether too many were refused is known, and said, after the last part.
    """
    design = same_design_of(procedure)
    if design is None:
        yield refit_all(procedure, resamples, workers=workers, progress=progress)
        return
    reasons: list[str] = []
    for refits, refused in _refit_together(design, procedure, resamples, workers, progress):
        reasons += refused
        yield refits
    _check_refused(reasons, len(resamples), every=False, name="resample")


def _reasons(found: Sequence[Refit | str]) -> list[str]:
    return [refit for refit in found if isinstance(refit, str)]


def _check_refused(reasons: Sequence[str], n: int, *, every: bool, name: str) -> None:
    if too_many_refused(len(reasons), n) or (every and reasons):
        raise RefitsRefusedError(reasons, n=n, name=name)


def _as_refits(found: Sequence[Refit | str], drawn: Counts, numbers: Integers) -> Refits:
    fitted = [refit for refit in found if isinstance(refit, Refit)]
    usable = np.array([isinstance(refit, Refit) for refit in found], dtype=bool)
    predicted = np.array([refit.predicted for refit in fitted], dtype=np.float64)
    return Refits(
        predicted=predicted.reshape(len(fitted), drawn.shape[1]),
        counts=drawn if usable.all() else drawn[usable],
        numbers=tuple(numbers[usable].tolist()),
        n_refused=len(found) - len(fitted),
        coefficients=_stacked([refit.coefficients for refit in fitted]),
        ordinal=_all_of([refit.ordinal for refit in fitted]),
    )


def _joined(parts: Sequence[Refits]) -> Refits:
    """Refits of some resamples after others as one; those of a single part are not copied."""
    if len(parts) == 1:
        return parts[0]
    # A part that was refused altogether has no table of them, and asks for none.
    tables = [part.coefficients for part in parts if part.n_resamples]
    kept = [table for table in tables if table is not None]
    alike = len(kept) == len(tables) and len({table.shape[1] for table in kept}) == 1
    return Refits(
        predicted=np.concatenate([part.predicted for part in parts]),
        counts=np.concatenate([part.counts for part in parts]),
        numbers=tuple(number for part in parts for number in part.numbers),
        n_refused=sum(part.n_refused for part in parts),
        coefficients=np.concatenate(kept) if alike else None,
    )


def same_design_of(procedure: Procedure) -> SameDesign | None:
    """What a procedure fits to every resample, where it says so as `same_design`; else None."""
    return getattr(procedure, "same_design", None)


@dataclass(frozen=True)
class _FittedTogether:
    """Fits of one design, a row each; in place of some rows what the function of one says."""

    predicted: Floats
    coefficients: Floats
    alone: dict[int, Refit | str]

    def as_refits(self, drawn: Counts, numbers: Integers) -> Refits:
        """As refits; where all were fitted together nothing is copied."""
        if not self.alone:
            found = tuple(numbers.tolist())
            return Refits(self.predicted, drawn, found, 0, coefficients=self.coefficients)
        pairs = zip(self.predicted, self.coefficients, strict=True)
        each = [self.alone.get(place, Refit(*pair)) for place, pair in enumerate(pairs)]
        return _as_refits(each, drawn, numbers)


def _refit_together(
    design: SameDesign,
    procedure: Procedure,
    resamples: Sequence[Resample],
    workers: int,
    progress: Progress | None,
) -> Iterator[tuple[Refits, list[str]]]:
    """Refits of as many resamples at a time as are fitted together by each worker, and refusals.

    They take less time than a checkpoint, and have none.
    """
    size, n, numbers = design.n_together, len(resamples), numbers_of(resamples)
    starts = range(0, n, size)
    task = partial(_refit_part, design, partial(_attempt, procedure))
    for first in range(0, len(starts), workers):
        places = [slice(at, at + size) for at in starts[first : first + workers]]
        parts = [(resamples[at], counts_of(resamples[at], len(design.outcome))) for at in places]
        found = run_parallel(task, parts, workers=min(workers, len(parts)))
        for fitted, (_, drawn), at in zip(found, parts, places, strict=True):
            yield fitted.as_refits(drawn, numbers[at]), _reasons(list(fitted.alone.values()))
        if progress is not None:
            progress(min((first + len(parts)) * size, n), n)


def _refit_part(
    design: SameDesign,
    one: Callable[[Resample], Refit | str],
    part: tuple[Sequence[Resample], Counts],
) -> _FittedTogether:
    resamples, counts = part
    coefficients = design.coefficients(counts)
    alone = np.flatnonzero(np.isnan(coefficients).any(axis=1)).tolist()
    return _FittedTogether(
        predicted=design.predicted(coefficients),
        coefficients=coefficients,
        alone={place: one(resamples[place]) for place in alone},
    )


def refusals_in_words(reasons: Sequence[str]) -> str:
    """What was said of those refused, the most frequent first, with counts where it differs."""
    counted = Counter(reason for reason in reasons if reason).most_common()
    if not counted:
        return ""
    if len(counted) == 1:
        return f": {counted[0][0]}"
    return ": " + ", ".join(f"{reason} ({count})" for reason, count in counted)


def _all_of(laws: Sequence[OrdinalRefit | None]) -> tuple[OrdinalRefit, ...] | None:
    kept = tuple(one for one in laws if one is not None)
    return kept if len(kept) == len(laws) else None


def _stacked(coefficients: Sequence[Floats | None]) -> Floats | None:
    # Trees have none, and tuned splines differ in number: then there is no table of them.
    kept = [one for one in coefficients if one is not None]
    if len(kept) < len(coefficients) or len({len(one) for one in kept}) != 1:
        return None
    return np.array(kept)


@dataclass(frozen=True)
class _Pieces:
    """Finished refits in a checkpoint, if there is one.

    They are read and written by the process that asks for them: workers may be other machines.
    """

    checkpoint: Checkpoint | None
    name: str

    def load(self, resample: Resample) -> Refit | str | None:
        """The refit of a resample, why it was refused, or None where neither is known yet."""
        if self.checkpoint is None:
            return None
        kept = self.checkpoint.load(self._piece(resample))
        if kept is None:
            return None
        if not np.array_equal(kept["drawn"], _drawn(resample)):
            raise ConfigError(
                f"{self.name} {resample.number} of the checkpoint is another draw",
                code="RESUME_MISMATCH",
                file=self.checkpoint.folder.name,
                advice="delete the folder to start again, or name another",
            )
        return _from_arrays(kept)

    def save(self, resample: Resample, refit: Refit | str) -> None:
        """Keep a refit."""
        if self.checkpoint is not None:
            # The draw is kept beside the refit: a number alone would match another seed.
            arrays = {"drawn": _drawn(resample), **_as_arrays(refit)}
            self.checkpoint.save(self._piece(resample), arrays)

    def _piece(self, resample: Resample) -> str:
        return f"{self.name}-{resample.number:05d}"


def _drawn(resample: Resample) -> NDArray[np.uint8]:
    digest = hashlib.sha256(resample.rows.astype("<i8").tobytes()).digest()
    return np.frombuffer(digest, dtype=np.uint8)


def _attempts(
    procedure: Procedure,
    resamples: Sequence[Resample],
    pieces: _Pieces,
    *,
    workers: int,
    progress: Progress | None,
) -> list[Refit | str]:
    """Refits of all resamples, or why the procedure refuses, those kept not once more."""
    known = [pieces.load(resample) for resample in resamples]
    waiting = [at for at, refit in enumerate(known) if refit is None]
    n_kept = len(known) - len(waiting)

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(n_kept + done, n_kept + total)

    if n_kept:
        tell(0, len(waiting))
    fresh = run_parallel(
        partial(_attempt, procedure),
        [resamples[at] for at in waiting],
        workers=workers,
        progress=tell,
        on_result=lambda at, refit: pieces.save(resamples[waiting[at]], refit),
    )
    done = dict(zip(waiting, fresh, strict=True))
    return [done[at] if refit is None else refit for at, refit in enumerate(known)]


def _attempt(procedure: Procedure, resample: Resample) -> Refit | str:
    try:
        return procedure(resample)
    except InputError as refusal:
        if refusal.code != "DEGENERATE":
            raise
        return refusal.reason


def _as_arrays(refit: Refit | str) -> dict[str, NDArray[Any]]:
    if isinstance(refit, str):
        return {"refused": np.frombuffer(refit.encode(), dtype=np.uint8)}
    arrays: dict[str, NDArray[Any]] = {"predicted": np.asarray(refit.predicted, dtype=np.float64)}
    if refit.coefficients is not None:
        arrays["coefficients"] = np.asarray(refit.coefficients, dtype=np.float64)
    if refit.ordinal is not None:
        arrays["intercepts"] = np.asarray(refit.ordinal.intercepts, dtype=np.float64)
        arrays["predictor"] = np.asarray(refit.ordinal.predictor, dtype=np.float64)
    return arrays


def _from_arrays(arrays: dict[str, NDArray[Any]]) -> Refit | str:
    if "predicted" not in arrays:
        return arrays["refused"].tobytes().decode()
    law = None
    if "intercepts" in arrays:
        law = OrdinalRefit(arrays["intercepts"], arrays["predictor"])
    return Refit(arrays["predicted"], arrays.get("coefficients"), law)
