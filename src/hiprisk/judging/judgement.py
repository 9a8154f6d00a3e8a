"""Judge an estimator of scikit-learn's contract: one call to figures, pictures and a report."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from hiprisk.errors import ConfigError
from hiprisk.judging.sections import judgement_page, judgement_sections, summary_of
from hiprisk.outputs import check_output_file, written_whole
from hiprisk.parallel import StageProgress
from hiprisk.reporting.page.pdf import page_as_pdf
from hiprisk.reporting.study.report import report_figures
from hiprisk.validation.estimators.judged import JudgedEstimator, judged_estimator


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Judgement(JudgedEstimator):
    """What internal validation says of an estimator, with its pictures and its report."""

    def summary(self) -> tuple[str, ...]:
        """The main figures in sentences."""
        return summary_of(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: the summary, and every metric."""
        said = "".join(f"<li>{html.escape(one)}</li>" for one in self.summary())
        table = self.to_frame().drop(columns="metric").round(3).to_html(index=False, na_rep="")
        return f"<p><b>{html.escape(repr(self))}</b></p><ul>{said}</ul>{table}"

    def figures(self) -> dict[str, bytes]:
        """Every picture of the report as PNG, by file name."""
        return report_figures(judgement_sections(self))

    def write_report(self, path: Path | str, *, title: str = "", force: bool = False) -> Path:
        """Write one HTML file that needs no network, or a PDF.

        Parameters
        ----------
        path : path-like
            A name that ends in ``.pdf`` is a PDF, which needs ``hiprisk[report]``.
        title : str, optional
            By default the estimator and its outcome.
        force : bool
            Replace a file that is there.

        Returns
        -------
        Path

        Raises
        ------
        ConfigError
            If the file is there already.
        MissingExtraError
            If it is to be a PDF and WeasyPrint is absent.
        StoreError
            If it cannot be written.
        """
        target = Path(path)
        if not force and os.path.lexists(target):
            raise ConfigError(
                "the output file exists", code="EXISTS", file=target.name,
                advice="give `force=True`",
            )  # fmt: skip
        check_output_file(target, force=True)
        data = judgement_page(self, title=title).encode()
        if target.suffix.lower() == ".pdf":
            data = page_as_pdf(data.decode())
        with written_whole(target) as whole:
            whole.write_bytes(data)
        return target


def judge(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    thresholds: Sequence[float] = (),
    outcome: str = "",
    n_resamples: int = 200,
    folds: int = 10,
    repeats: int = 1,
    seed: int = 0,
    groups: ArrayLike | None = None,
    event: Any = None,
    workers: int = 1,
    progress: StageProgress | None = None,
) -> Judgement:
    """Judge an estimator: optimism, calibration, net benefit and stability from one bootstrap.

    Parameters
    ----------
    estimator : object
        With scikit-learn's `fit`, `predict` (a regressor) or `predict_proba` (a classifier of two
        classes), `get_params`; a pipeline too. It is copied for every fit and left as it is.
    X : DataFrame or array, shape (n_rows, n_columns)
    y : array-like, shape (n_rows,)
        Without missing values.
    thresholds : sequence of float
        Threshold probabilities at which decisions are made; of a regressor values.
    outcome : str, optional
        What is predicted, for tables and pictures; by default the name of `y`.
    n_resamples : int
        Of the bootstrap.
    folds, repeats : int
        Of cross-validation; without repeats there is none.
    seed : int
    groups : array-like, shape (n_rows,), optional
        Person of each row, where a person has several.
    event : object, optional
        Label of the event, where classes are not 0 and 1.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
        Told the stage, and how many of how many fits of it are done.

    Returns
    -------
    Judgement
        All intervals are of 95 %.

    Raises
    ------
    InputError
        If input is refused, or more than a tenth of the resamples cannot be fitted.
    ConfigError
        If it is no such estimator, or the event is not said.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> found = judge(Ridge(alpha=0.1), X, y, n_resamples=50)
    >>> found.name, found.n_rows, f"{found.to_frame()['apparent'][0]:.2f}"
    ('Ridge', 442, '0.51')
    """
    found = judged_estimator(
        estimator, X, y, thresholds=thresholds, outcome=outcome, n_resamples=n_resamples,
        folds=folds, repeats=repeats, seed=seed, groups=groups, event=event,
        workers=workers, progress=progress,
    )  # fmt: skip
    return Judgement(**{one.name: getattr(found, one.name) for one in fields(found)})
