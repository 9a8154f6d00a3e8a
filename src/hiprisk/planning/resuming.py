"""Whether what an interrupted run left belongs to this study; asked before all that takes time."""

from __future__ import annotations

from pathlib import Path

from hiprisk.config import StudyConfig
from hiprisk.learning.study_identity import study_identity, study_participants
from hiprisk.learning.tuning.server import check_search_server, search_address
from hiprisk.learning.tuning.stored import check_stored_searches, search_storage
from hiprisk.validation.resampling.checkpoint import Checkpoint

# Refits, below the folder of checkpoints.
BOOTSTRAP = "bootstrap"


def checkpoint_folder(out: Path, name: str) -> Path:
    """Where a study of that name keeps what it has done until its bundle is written."""
    # A worker process may have been started in another folder than this one's.
    return out.resolve() / ".searching" / name


def check_resume(config: StudyConfig, out: Path) -> None:
    """Raise ConfigError where an interrupted run of another study left its work in a folder.

    A study checks the same after importing all that it fits and draws with: here the cohort alone
    is read, and only where there is something to go on with.

    Parameters
    ----------
    config : StudyConfig
    out : Path
        Folder of all models.

    Raises
    ------
    ConfigError
        With code ``RESUME_MISMATCH``.
    ConfigError, InputError, StoreError
        If the cohort or what was left cannot be read.
    """
    checkpoints = checkpoint_folder(out, config.name)
    check_search_server()
    if not checkpoints.exists() and search_address() is None:
        return
    cohort, selection = study_participants(config)
    check_resumable(checkpoints, study_identity(config, cohort, selection.dictionary))


def check_resumable(checkpoints: Path, identity: str) -> None:
    """Raise ConfigError where the search or the refits in a folder are those of another study.

    Raises
    ------
    ConfigError
        With code ``RESUME_MISMATCH``.
    StoreError
        If it cannot be read.
    """
    check_stored_searches(search_storage(checkpoints, identity), identity)
    Checkpoint(checkpoints / BOOTSTRAP, identity).check()
