"""What makes two runs the same study: config, cohort and version, told before anything is fitted.

Nothing here imports what fits or draws, so that a resumed run of another study is refused at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.reading import Cohort
from hiprisk.config import StudyConfig
from hiprisk.config.reading import PATHS, resolved
from hiprisk.learning.participants.selection import Selection
from hiprisk.learning.sites.levels import check_sites, with_site_levels
from hiprisk.learning.study_cohort import select_study_participants
from hiprisk.sheet.document.strict_json import canonical_json

# What a config says that is no part of the question.
NOT_DECLARED = ("title", "intended_use", "seed", "tracking", "block_labels", "reporting")


def study_participants(
    config: StudyConfig, source: CohortPath | None = None
) -> tuple[Cohort, Selection]:
    """The cohort of a study and who takes part, with sites by name where the model has them.

    Raises
    ------
    ConfigError, InputError, StoreError
        If the cohort cannot be read, is too small, or lacks sites that the config asks for.
    """
    cohort, selection = select_study_participants(config, source)
    check_sites(selection.development, config)
    return cohort, with_site_levels(selection, config)


def study_identity(config: StudyConfig, cohort: Cohort, dictionary: Dictionary) -> str:
    """Hash of what makes two runs the same study: config, cohort and version.

    Parameters
    ----------
    config : StudyConfig
    cohort : Cohort
    dictionary : Dictionary
        That of the people who take part.
    """
    stated, own = dictionary.stated, _own_packages(config)
    parts = (
        declared_hash(resolved(config)),
        str(resolved(config)),
        cohort.fingerprint,
        metadata.version("hiprisk"),
        *([repr(stated)] if stated else []),
        *([repr(own)] if own else []),
    )
    return hashlib.sha256(":".join(parts).encode()).hexdigest()


def _own_packages(config: StudyConfig) -> dict[str, str]:
    """Versions of the packages of candidates of one's own."""
    if not config.families.own:
        return {}
    # It imports scikit-learn, which other studies do not need for this.
    from hiprisk.learning.own.estimator import package_versions

    return package_versions(one.estimator for one in config.families.own.values())


def declared_hash(stated: Mapping[str, Any]) -> str:
    """`PreparedStudy.declared_sha256` of a resolved config, its blocks in their order."""
    cohort = {key: value for key, value in stated["cohort"].items() if key not in PATHS}
    declared = {key: value for key, value in stated.items() if key not in NOT_DECLARED}
    tuning = {key: value for key, value in stated["tuning"].items() if key != "keep"}
    # Blocks are compared in their order, which the canonical form would lose.
    order = [[name, list(block)] for name, block in stated["blocks"].items()]
    text = canonical_json({**declared, "cohort": cohort, "tuning": tuning, "blocks": order})
    return hashlib.sha256(text.encode()).hexdigest()
