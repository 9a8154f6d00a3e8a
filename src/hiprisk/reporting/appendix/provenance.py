"""The section on provenance: from what, with what and how this report can be made again."""

from __future__ import annotations

from collections.abc import Mapping

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.reporting.page.blocks import APPENDIX, Section, Table
from hiprisk.wording.disclaimers import provenance_in_words


def provenance_section(
    evidence: Evidence,
    config: StudyConfig,
    *,
    cohort_fingerprint: str,
    created_with: Mapping[str, str],
) -> Section:
    """Data, seed, hashes and versions.

    Parameters
    ----------
    evidence : Evidence
    config : StudyConfig
    cohort_fingerprint : str
        Of the rows that were used.
    created_with : mapping of str to str
        Packages and their versions.
    """
    rows = (
        ("study", f"`{config.name}`"),
        ("data", provenance_in_words(evidence.provenance)),
        ("cohort fingerprint", f"`{cohort_fingerprint}`"),
        ("seed", str(config.seed)),
        *((name, version) for name, version in created_with.items()),
    )
    return Section(
        anchor="provenance",
        title="Provenance",
        paragraphs=(
            "`manifest.json` beside this report has the hash of every file. `run.json` has the "
            "date and the machine: they are not part of the hash, so that equal studies have equal "
            "hashes. `hiprisk rebuild` trains the study again from its bundle and compares.",
        ),
        tables=(Table(head=("what", "value"), rows=rows),),
        part=APPENDIX,
    )
