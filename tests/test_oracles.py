"""Every frozen file is in the index, and every statistic of a report has its witness."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from hiprisk.metrics.registry import entries
from hiprisk.reporting.appendix.glossary import ENTRIES

ORACLES = Path(__file__).parent / "oracles"
README = (ORACLES / "README.md").read_text()
WITNESSES = README.split("## What each statistic")[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in WITNESSES.splitlines()
    if line.startswith("| ") and not line.startswith(("| statistic", "| ---"))
]


@pytest.mark.parametrize("term", [entry[0] for entry in ENTRIES])
def test_a_statistic_of_the_glossary_has_a_witness(term):
    assert any(term.casefold() in row[0].casefold() for row in ROWS)


@pytest.mark.parametrize("name", sorted({entry.name for entry in entries()}))
def test_a_metric_of_the_registry_has_a_witness(name):
    patterns = [pattern for row in ROWS for pattern in re.findall(r"`([^`]+)`", row[1])]
    assert any(fnmatch(name, pattern) for pattern in patterns)


def test_every_file_named_as_a_witness_is_there():
    for row in ROWS:
        assert row[2], row[0]
        for name in re.findall(r"`([\w*.]+_[\w*.]+|\w+\.\w+)`", row[2]):
            assert list(ORACLES.glob(name if "*" in name else f"{name}*")), name
        for name in re.findall(r"`([\w./]+/[\w.]*)`", row[2]):
            assert (ORACLES.parents[1] / name).exists(), name


def test_every_frozen_file_is_in_the_index():
    families = [*re.findall(r"`(\w+)\.\w+`", README), "rms"]
    for path in ORACLES.iterdir():
        if path.suffix in {".json", ".csv", ".gz"}:
            # A file of data is named with its figures, as `mice_norm_small.csv`, `_data.csv`.
            assert any(path.name.startswith((f"{one}.", f"{one}_")) for one in families), path.name
