"""NHS PROMs straight from the pack's zip: the commands of docs/how-to/nhs-proms.md."""

import json
import re
import shlex
from pathlib import Path

import pytest

import nhs_pack
from hiprisk.cli import main
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import iter_blocks, read_cohort

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "nhs-proms.md"
MAPPING = ROOT / "configs" / "cohorts" / "nhs_proms_hip_published.yaml"
HIP = f"{nhs_pack.PACK}::Hip Replacement Provider 1819.csv"
QUICK = (
    *("tuning.trials=1", "validation.resamples=20", "validation.repeats=0"),
    *("validation.interval_resamples=100", "samplesize.simulations=20", "subgroups.resamples=50"),
    *("tracking.enabled=false", "imputation.imputations=2"),
    "families={linear: {spline_knots: 0, l1_share: 0, penalty: 0.1}}",
)


@pytest.fixture
def packs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("configs").symlink_to(ROOT / "configs")
    nhs_pack.write_packs(tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_every_command_of_the_page_runs(packs, capsys):
    commands = re.findall(r"^hiprisk (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        words = shlex.split(command)
        if words[0] == "train":
            words += ["--workers", "1"]
            words += [word for setting in QUICK for word in ("--set", setting)]
        assert main(words) in (0, 6), (command, capsys.readouterr().err)
    scored = Path("scored.csv").read_text().splitlines()
    assert len(scored) == 121
    assert "predicted" in scored[0]
    evidence = json.loads(Path("models/nhs-proms-hip/1/evidence.json").read_text())
    assert "2018/19" in json.dumps(evidence)


def test_codes_for_missing_are_no_values(packs):
    frame = read_cohort(HIP, load_mapping(MAPPING)).frame
    assert len(frame) == 114
    assert frame["eq_vas_0_100"].max() <= 95
    assert frame["ohs_work_0_4"].max() <= 4
    assert frame["ohs_work_0_4"].isna().sum() > 5
    assert frame["sex"].isna().sum() == frame["age_band"].isna().sum() > 5
    assert set(frame["heart_disease"]) == {"no", "yes"}


def test_revisions_are_not_read(packs, capsys):
    assert main(["check", HIP, "--mapping", str(MAPPING), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 114


def test_knees_are_not_scored_by_a_model_of_hips(packs):
    file = f"{nhs_pack.PACK}::Knee Replacement Provider 1819.csv"
    [block] = iter_blocks(file, load_mapping(MAPPING))
    assert (block.n_rows, block.whole.num_rows, block.selected.any()) == (0, 120, False)


def test_the_files_of_the_pack_are_listed_where_none_is_named(packs, capsys):
    assert main(["check", nhs_pack.PACK, "--mapping", str(MAPPING)]) == 3
    assert "Hip Replacement Provider 1819.csv" in capsys.readouterr().err


def test_a_file_by_commissioner_lacks_the_provider_only(packs, capsys):
    file = f"{nhs_pack.PACK}::Hip Replacement CCG 1819.csv"
    assert main(["check", file, "--mapping", str(MAPPING)]) == 0
    assert "Provider Code" in capsys.readouterr().out


def test_both_shipped_mappings_read_the_same_variables_and_codes():
    published, snake_case = (
        load_mapping(MAPPING),
        load_mapping(MAPPING.parent / "nhs_proms_hip.yaml"),
    )
    assert published.missing == snake_case.missing
    assert {
        name: (source.levels, source.missing) for name, source in published.variables.items()
    } == {name: (source.levels, source.missing) for name, source in snake_case.variables.items()}
