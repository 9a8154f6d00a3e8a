"""Tuning of a model type's settings: Optuna's TPE sampler, resumable to the same result."""

from __future__ import annotations

import secrets
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState

from hiprisk.config import Range, Setting, SettingRange
from hiprisk.errors import StoreError
from hiprisk.learning.model_types import Dimension
from hiprisk.learning.tuning.server import VARIABLE, SearchServer
from hiprisk.learning.tuning.stored import FINGERPRINT, check_fingerprint, store_in_use
from hiprisk.outputs import written_whole
from hiprisk.parallel import Progress
from hiprisk.seeding import rng_for

Objective = Callable[[dict[str, Any]], float]
# Under which name a search on a server says who runs it.
OWNER = "owner"

optuna.logging.set_verbosity(optuna.logging.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One setting that was tried, and its cross-validated loss."""

    number: int
    params: Mapping[str, Any]
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """The tuning of one model type.

    Attributes
    ----------
    params : mapping of str to float
        Settings with the smallest loss; the earliest where several share it. Those of a candidate
        of one's own may be texts, true or false, or None.
    loss : float
    trials : tuple of Trial
        In the order in which they were tried.
    """

    params: Mapping[str, Any]
    loss: float
    trials: tuple[Trial, ...]


def search(
    objective: Objective,
    *,
    space: Mapping[str, Dimension],
    fixed: Mapping[str, Any],
    whole: Sequence[str],
    n_trials: int,
    seed: int,
    name: str,
    storage: Path | SearchServer | None = None,
    fingerprint: str = "",
    on_trial: Progress | None = None,
) -> Tuned:
    """Tune the settings of a model type.

    Trials run one after another, and each is stored when it is done. Before each one the sampler is
    seeded from the study's seed and the number of completed trials, so that an interrupted search
    goes on to the same result as one that was never interrupted.

    Parameters
    ----------
    objective : callable
        Settings to loss.
    space : mapping of str to Range, SettingRange or tuple of value
    fixed : mapping of str to float
        Settings that are not searched.
    whole : sequence of str
        Settings that are whole numbers.
    n_trials : int
    seed : int
    name : str
        Name of the search inside the storage.
    storage : path or SearchServer, optional
        SQLite file, or database on a server, in which trials survive a kill; without it they live
        in memory.
    fingerprint : str
        Of config and data; a stored search with another fingerprint is refused.
    on_trial : callable, optional
        Told the number of completed trials and of all.

    Raises
    ------
    ConfigError
        If the stored search belongs to another config or cohort.
    StoreError
        If the storage cannot be read or written, or is damaged.
    """
    if not space:
        value = objective(dict(fixed))
        only = Trial(number=0, params=dict(fixed), loss=value)
        return Tuned(params=only.params, loss=value, trials=(only,))
    distributions = {key: _distribution(item, key in whole) for key, item in space.items()}
    with _opened(storage, name) as study:
        with store_in_use(storage):
            owner = _take_over(study, storage, fingerprint)
            done = _completed(study, distributions)
        # Suggested from memory and stored when done: one transaction a trial, not one a setting.
        asked = optuna.create_study(direction="minimize")
        asked.add_trials(done)
        while len(done) < n_trials:
            asked.sampler = _sampler(seed, name, len(done))
            trial = asked.ask(distributions)
            loss = objective({**fixed, **_settings(trial.params, space)})
            done.append(asked.tell(trial, loss))
            with store_in_use(storage):
                study.add_trial(done[-1])
                _check_owner(study, owner)
            if on_trial is not None:
                on_trial(len(done), n_trials)
    return _best(done[:n_trials], fixed, space)


@contextmanager
def _opened(storage: Path | SearchServer | None, name: str) -> Iterator[optuna.Study]:
    with ExitStack() as held:
        place: Any = None if storage is None else f"sqlite:///{storage}"
        if isinstance(storage, SearchServer):
            place, name = held.enter_context(storage.opened()), f"{storage.prefix}{name}"
        with store_in_use(storage), warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study = optuna.create_study(
                storage=place, study_name=name, direction="minimize", load_if_exists=True
            )
        yield study


def _take_over(
    study: optuna.Study, storage: Path | SearchServer | None, fingerprint: str
) -> str | None:
    """Make a search this process's: trials that another left unfinished have failed."""
    check_fingerprint(study.user_attrs.get(FINGERPRINT), fingerprint)
    study.set_user_attr(FINGERPRINT, fingerprint)
    owner = None
    if isinstance(storage, SearchServer):
        # Its lock is lost where the server was started again in between.
        owner = secrets.token_hex(8)
        study.set_user_attr(OWNER, owner)
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING, TrialState.WAITING)):
        study.tell(trial.number, state=TrialState.FAIL)
    return owner


def _check_owner(study: optuna.Study, owner: str | None) -> None:
    """Raise StoreError where another process goes on with this search: the two would mix."""
    if owner is not None and study.user_attrs.get(OWNER) != owner:
        raise StoreError(
            "another process has gone on with this study's tuning",
            code="STUDY_RUNNING",
            column=VARIABLE,
            advice="run a study once at a time; when the other has ended, its bundle is the same",
        )


def _sampler(seed: int, name: str, n_completed: int) -> optuna.samplers.BaseSampler:
    word = int(rng_for(seed, "tuning", name, n_completed).integers(2**31))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=word, n_startup_trials=10, multivariate=True)


def _distribution(dimension: Dimension, whole: bool) -> BaseDistribution:  # noqa: FBT001
    if isinstance(dimension, Range):
        if whole:
            return IntDistribution(round(dimension.low), round(dimension.high), log=dimension.log)
        return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
    if isinstance(dimension, SettingRange):
        if dimension.is_whole:
            return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
        return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
    return CategoricalDistribution(list(dimension))


def _settings(found: Mapping[str, Any], space: Mapping[str, Dimension]) -> dict[str, Setting]:
    """What a trial suggests: numbers for our own model types, for others as the config has them."""
    return {
        key: float(value) if isinstance(space[key], Range) else value
        for key, value in found.items()
    }


def _completed(study: optuna.Study, distributions: Mapping[str, BaseDistribution]) -> list[Any]:
    """Trials that count; an error where a damaged store has lost some, or part of one."""
    trials = study.get_trials(deepcopy=False)
    if [trial.number for trial in trials] != list(range(len(trials))):
        raise LookupError("trials are missing")
    # Those that a kill left unfinished never count: the search goes on as if they had not begun.
    done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if any(trial.value is None or trial.distributions != distributions for trial in done):
        raise LookupError("settings or the loss of a trial are missing")
    return done


def _best(done: Sequence[Any], fixed: Mapping[str, Any], space: Mapping[str, Dimension]) -> Tuned:
    trials = tuple(
        Trial(
            number=position,
            params={**fixed, **_settings(trial.params, space)},
            loss=float(trial.value),
        )
        for position, trial in enumerate(done)
    )
    best = min(trials, key=lambda trial: (trial.loss, trial.number))
    return Tuned(params=best.params, loss=best.loss, trials=trials)


def keep_trials(
    storage: Path | SearchServer, out: Path, *, metric: str, facts: Mapping[str, str]
) -> Path:
    """Keep the trials of a finished search in a file that optuna-dashboard opens.

    It holds settings, losses, times and what `facts` says: nothing of any person.

    Parameters
    ----------
    storage : Path or SearchServer
        The search's own SQLite file, or where it is on a server.
    out : Path
        The file to be written, SQLite too; an older one is replaced.
    metric : str
        Name of the loss, at the axes of the dashboard's figures.
    facts : mapping of str to str
        Shown with every study of the file.

    Raises
    ------
    StoreError
        If the file cannot be written; then nothing is left behind.
    """
    with written_whole(out, locked=False) as scratch:
        try:
            if isinstance(storage, SearchServer):
                _copy_from_server(storage, scratch)
            else:
                _copy_file(storage, scratch)
            _describe(scratch, metric, facts)
        except Exception as broken:  # SQLite and the database layer raise their own kinds
            raise StoreError(
                "the trials of the tuning cannot be kept",
                file=out.name,
                advice="the bundle is whole and lists them; free some space and train again",
            ) from broken
    return out


def _copy_file(storage: Path, kept: Path) -> None:
    # SQLite's own copy: right even where pages of the source are not yet written back.
    with closing(sqlite3.connect(storage)) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)


def _copy_from_server(storage: SearchServer, kept: Path) -> None:
    target = optuna.storages.RDBStorage(f"sqlite:///{kept}")
    try:
        with storage.opened() as source:
            for name in storage.names():
                optuna.copy_study(
                    from_study_name=name,
                    from_storage=source,
                    to_storage=target,
                    to_study_name=name.removeprefix(storage.prefix),
                )
    finally:
        target.engine.dispose()


def _describe(kept: Path, metric: str, facts: Mapping[str, str]) -> None:
    store = optuna.storages.RDBStorage(f"sqlite:///{kept}")
    try:
        for name in optuna.get_all_study_names(store):
            study = optuna.load_study(study_name=name, storage=store)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                study.set_metric_names([metric])
            for key, value in facts.items():
                study.set_user_attr(key, value)
    finally:
        store.engine.dispose()
