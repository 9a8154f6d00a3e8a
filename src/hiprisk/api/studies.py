"""Studies as functions: planned, run, compared and associated."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import hiprisk.planning
import hiprisk.study
from hiprisk.api.arguments import check_whole, in_python_words
from hiprisk.api.documents import Document, config_of, study_with, undecided_lines
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.cohort.files.stacking import CohortFiles, CohortPath, in_encoding
from hiprisk.cohort.findings import undecided_findings
from hiprisk.config import StudyConfig
from hiprisk.inference.association import AssociationTable, run_associate
from hiprisk.inference.increment import AddedValue, Comparison, run_compare
from hiprisk.parallel import StageProgress, check_cluster, spread_over
from hiprisk.planning import StudyPlan
from hiprisk.study import StudyResult


@contextlib.contextmanager
def _study(
    config: StudyConfig | Document,
    cohort: CohortPath | None,
    *,
    mapping: Document | None,
    dictionary: Document | None,
    overrides: Sequence[str],
    seed: int | None,
    encoding: str | None,
    heard: FindingListener,
) -> Iterator[tuple[StudyConfig, CohortFiles | None]]:
    """The study that arguments name, and the cohort in place of its own."""
    study = config_of(config, overrides)
    if seed is not None:
        check_whole("seed", seed, least=0)
        study = replace(study, seed=seed)
    if encoding is not None:
        study = replace(study, cohort=replace(study.cohort, encoding=encoding))
    source = None if cohort is None else in_encoding(cohort, encoding)
    with study_with(study, mapping=mapping, dictionary=dictionary) as whole:
        for finding in undecided_findings(undecided_lines(config, whole)):
            heard(finding)
        yield whole, source


@in_python_words
def run_study(
    config: StudyConfig | Document,
    cohort: CohortPath | None = None,
    *,
    mapping: Document | None = None,
    dictionary: Document | None = None,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    encoding: str | None = None,
    out: Path | str = "models",
    workers: int = 1,
    cluster: str | None = None,
    resume: bool = False,
    tracked: bool = True,
    wait: int = 10,
    progress: StageProgress | None = None,
    on_finding: FindingListener | None = None,
) -> StudyResult:
    """Run a study: read, select, tune, fit, validate, write a bundle, track it in MLflow.

    What ``hiprisk train`` does. The bundle holds the config, mapping and dictionary, so that
    `hiprisk.rebuild` trains it anew from the same cohort; of a data frame it holds the fingerprint,
    never a row.

    Parameters
    ----------
    config : StudyConfig, path-like or mapping
        The study; see the reference of its keys. Paths in a mapping start at the current folder.
    cohort : DataFrame, path-like, or several paths, optional
        In place of the config's. A frame is read as a file that holds it would be: of pandas, or
        any table with ``__arrow_c_stream__`` or ``to_pandas``; its index is not read.
    mapping : path-like or mapping, optional
        Column mapping, in place of the config's.
    dictionary : path-like or mapping, optional
        Own variables, in place of the config's.
    overrides : sequence of str, optional
        ``a.b=value``, each replacing one key of the config.
    seed : int, optional
        Of the study, in place of the config's.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    out : path-like
        Folder of all models; the bundle is ``out/name/version``.
    workers : int
        Processes; the result does not depend on them.
    cluster : str, optional
        A Dask scheduler, ``tcp://HOST:PORT`` or ``tls://HOST:PORT``, whose workers do the work, or
        ``local`` for one of this machine with `workers` processes (``hiprisk[scale]``).
    resume : bool
        Go on with an interrupted search.
    tracked : bool
        False keeps the run out of MLflow whatever the config says; the bundle is the same.
    wait : int
        Seconds to wait for another study of this name, in this or another process, to end.
    progress : callable, optional
        Told stage, done and total.
    on_finding : callable, optional
        Told what looks odd before anything is fitted; by default a `HipRiskWarning` says it.

    Returns
    -------
    StudyResult
        ``to_frame()``: a row a metric with its optimism; ``to_dict()``: what the command prints
        with ``--json``; ``bundle``: the folder, for `hiprisk.load`; ``evidence``: all that was
        found.

    Raises
    ------
    ConfigError
        If the config breaks a rule, or contradicts cohort or dictionary.
    InputError
        If the cohort cannot be used, or is too small.
    StoreError
        If a file cannot be read or written, or another study of this name is still running.
    MissingExtraError
        If the packages of ``hiprisk[train]``, or for `cluster` those of ``hiprisk[scale]``, are
        absent.

    References
    ----------
    .. [1] Collins et al. (2024). TRIPOD+AI. BMJ 385, e078378. doi:10.1136/bmj-2023-078378
    .. [2] Harrell, Lee, Mark (1996). Stat Med 15(4), 361-387.

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=150, seed=6).frame
    >>> quick = [
    ...     "blocks={core: [age_years, sex, womac_function_0_100]}", "confounders=[age_years]",
    ...     "association=null", "measurement_error={}", "families={linear: {}}",
    ...     "tuning={trials: 1, folds: 3}", "imputation={imputations: 2}",
    ...     "validation={resamples: 20, repeats: 0, internal_external: false}",
    ... ]
    >>> result = hiprisk.run_study("configs/stupar.yaml", cohort, overrides=quick, tracked=False)
    >>> result.bundle.as_posix()
    'models/stupar/1'
    """
    heard = on_finding or warn_of_finding
    check_whole("workers", workers, least=1)
    if cluster is not None:
        check_cluster(cluster)
    check_whole("wait", wait, least=0)
    with (
        _study(config, cohort, mapping=mapping, dictionary=dictionary, overrides=overrides,
               seed=seed, encoding=encoding, heard=heard) as (study, source),
        spread_over(cluster, workers=workers) as spread,
    ):  # fmt: skip
        return hiprisk.study.run_study(
            study,
            source=source,
            out=out,
            workers=spread,
            resume=resume,
            progress=progress,
            on_finding=heard,
            tracked=tracked,
            wait=wait,
        )


@in_python_words
def plan_study(
    config: StudyConfig | Document,
    cohort: CohortPath | None = None,
    *,
    mapping: Document | None = None,
    dictionary: Document | None = None,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    encoding: str | None = None,
    out: Path | str = "models",
    workers: int = 1,
    timed: bool = True,
    tracked: bool = True,
    progress: StageProgress | None = None,
    on_finding: FindingListener | None = None,
) -> StudyPlan:
    """Say what a study will do before anything is fitted, by the checks that it begins with.

    What ``hiprisk plan`` does.

    Parameters
    ----------
    config : StudyConfig, path-like or mapping
        The study; paths in a mapping start at the current folder.
    cohort : DataFrame, path-like, or several paths, optional
        In place of the config's; see `hiprisk.run_study`.
    mapping : path-like or mapping, optional
        Column mapping, in place of the config's.
    dictionary : path-like or mapping, optional
        Own variables, in place of the config's.
    overrides : sequence of str, optional
        ``a.b=value``, each replacing one key of the config.
    seed : int, optional
        Of the study, in place of the config's.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    out : path-like
        Folder of all models, where the study would write; nothing is written.
    workers : int
        Processes that the study will have; its time depends on them, its result does not.
    timed : bool
        Measure how long a fit takes here, which costs some seconds; without it parts are counted.
    tracked : bool
        False leaves out what concerns MLflow.
    progress : callable, optional
        Told stage, done and total.
    on_finding : callable, optional
        Told which guesses of a draft are unconfirmed; by default a `HipRiskWarning` says it.

    Returns
    -------
    StudyPlan
        People, events and parameters, sample size, what will be fitted how often and how long it
        will take, and all that can be found before; ``to_frame()`` and ``to_dict()``.

    Raises
    ------
    ConfigError, InputError, StoreError
        As `run_study` before its first fit.

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> plan = hiprisk.plan_study("configs/stupar.yaml", cohort, timed=False, tracked=False)
    >>> plan.n_people
    217
    """
    check_whole("workers", workers, least=1)
    with _study(config, cohort, mapping=mapping, dictionary=dictionary, overrides=overrides,
                seed=seed, encoding=encoding,
                heard=on_finding or warn_of_finding) as (study, source):  # fmt: skip
        return hiprisk.planning.plan_study(
            study,
            source=source,
            out=out,
            workers=workers,
            timed=timed,
            tracked=tracked,
            progress=progress,
        )


@in_python_words
def compare(
    config: StudyConfig | Document,
    cohort: CohortPath | None = None,
    *,
    add: Sequence[str] = (),
    base: Sequence[str] = ("core",),
    resamples: int | None = None,
    fast: bool = False,
    mapping: Document | None = None,
    dictionary: Document | None = None,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    encoding: str | None = None,
    workers: int = 1,
    cluster: str | None = None,
    progress: StageProgress | None = None,
    announce: Callable[[str], None] | None = None,
    on_finding: FindingListener | None = None,
) -> AddedValue:
    """Estimate what blocks of predictors add to a base model.

    What ``hiprisk compare`` does: optimism-corrected gains with 95 % CIs, share of new information,
    tests, and a verdict against the gain that the study declared as the minimum important one.
    Models are unpenalised. Nothing is written.

    Parameters
    ----------
    config : StudyConfig, path-like or mapping
        The study; paths in a mapping start at the current folder.
    cohort : DataFrame, path-like, or several paths, optional
        In place of the config's; see `hiprisk.run_study`.
    mapping : path-like or mapping, optional
        Column mapping, in place of the config's.
    dictionary : path-like or mapping, optional
        Own variables, in place of the config's.
    overrides : sequence of str, optional
        ``a.b=value``, each replacing one key of the config.
    seed : int, optional
        Of the study, in place of the config's.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    add : sequence of str
        Blocks to add; by default all that are not in the base.
    base : sequence of str
        Blocks that every model has.
    resamples : int, optional
        Bootstrap resamples of persons, at least 20; by default the config's.
    fast : bool
        Impute once before the bootstrap, not in each resample.
    workers : int
        Processes; the result does not depend on them.
    cluster : str, optional
        A Dask scheduler, ``tcp://HOST:PORT`` or ``tls://HOST:PORT``, whose workers do the work, or
        ``local`` for one of this machine with `workers` processes (``hiprisk[scale]``).
    progress : callable, optional
        Told stage, done and total.
    announce : callable, optional
        Told what is known before anything is resampled: redundant blocks and rare levels.
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    AddedValue
        ``to_frame()``: a row a block, scenario and metric; ``to_dict()``: what the command prints
        with ``--json``.

    Raises
    ------
    ConfigError, InputError, StoreError
        As `run_study`.

    References
    ----------
    .. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed. Springer.

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> added = hiprisk.compare(
    ...     "configs/stupar.yaml", cohort, add=["back"], resamples=20, fast=True,
    ...     overrides=["imputation.imputations=2"],
    ... )
    >>> added.to_frame()[["blocks", "metric", "gain"]].head(1).round(2)
      blocks metric  gain
    0   back     r2  0.01
    """
    check_whole("workers", workers, least=1)
    if cluster is not None:
        check_cluster(cluster)
    if resamples is not None:
        check_whole("resamples", resamples, least=20)
    heard = on_finding or warn_of_finding
    with (
        _study(config, cohort, mapping=mapping, dictionary=dictionary, overrides=overrides,
               seed=seed, encoding=encoding, heard=heard) as (study, source),
        spread_over(cluster, workers=workers) as spread,
    ):  # fmt: skip
        return run_compare(
            study,
            source=source,
            comparison=Comparison(
                base=tuple(base),
                add=tuple(add),
                n_resamples=resamples,
                method="impute_then_bootstrap" if fast else "bootstrap_then_impute",
            ),
            workers=spread,
            progress=progress,
            announce=announce or _say_nothing,
            on_finding=heard,
        )


def _say_nothing(sentence: str) -> None:
    del sentence


@in_python_words
def associate(
    config: StudyConfig | Document,
    cohort: CohortPath | None = None,
    *,
    mapping: Document | None = None,
    dictionary: Document | None = None,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    encoding: str | None = None,
    on_finding: FindingListener | None = None,
) -> AssociationTable:
    """Estimate the adjusted effect of the exposure that a config declares.

    What ``hiprisk associate`` does: crude, adjusted for the confounders, with and without the
    baseline score, by stratum with the differences between strata, pooled over imputations, with
    E-values. The config has a section ``association``. Nothing is written.

    Parameters
    ----------
    config : StudyConfig, path-like or mapping
        The study; paths in a mapping start at the current folder.
    cohort : DataFrame, path-like, or several paths, optional
        In place of the config's; see `hiprisk.run_study`.
    mapping : path-like or mapping, optional
        Column mapping, in place of the config's.
    dictionary : path-like or mapping, optional
        Own variables, in place of the config's.
    overrides : sequence of str, optional
        ``a.b=value``, each replacing one key of the config.
    seed : int, optional
        Of the study, in place of the config's.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    AssociationTable
        ``to_frame()``: a row a model and stratum; ``to_dict()``: what the command prints with
        ``--json``.

    Raises
    ------
    ConfigError, InputError, StoreError
        As `run_study`.

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys. Wiley.
    .. [2] VanderWeele, Ding (2017). Ann Intern Med 167(4), 268-274. doi:10.7326/M16-2607

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> table = hiprisk.associate(
    ...     "configs/stupar.yaml", cohort, overrides=["imputation.imputations=2"]
    ... )
    >>> table.to_frame()[["model", "value", "low", "high"]].round(1)
                   model  value  low  high
    0              crude    7.5  2.3  12.7
    1           adjusted    6.7  1.3  12.1
    2  adjusted_baseline    5.9  1.6  10.3
    """
    heard = on_finding or warn_of_finding
    with _study(config, cohort, mapping=mapping, dictionary=dictionary, overrides=overrides,
                seed=seed, encoding=encoding, heard=heard) as (study, source):  # fmt: skip
        return run_associate(study, source=source, on_finding=heard)
