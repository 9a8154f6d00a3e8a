"""From a REDCap project to a scored file: the commands of docs/how-to/redcap.md."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import redcap_project
from hiprisk.cli import main
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import read_cohort

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "redcap.md"
QUICK = ("tuning.trials=1", "validation.resamples=20", "validation.repeats=0",
         "tracking.enabled=false", "families.boosting=null")  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("export.csv").write_text(redcap_project.export())
    Path("labels.csv").write_text(redcap_project.export(labelled=True))
    Path("new_patients.csv").write_text(redcap_project.export(6))
    Path("dictionary.csv").write_text(redcap_project.data_dictionary())


def answer(file):
    """Confirm every guess, and give the first answer where one is asked for."""
    text = Path(file).read_text()
    Path(file).write_text(re.sub(r"DECIDE  # one of: ([^,;\n]+).*", r"\1", text))


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_every_command_of_the_page_runs(project, capsys):
    commands = re.findall(r"^hiprisk (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        words = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", command)]
        if words[0] == "train":
            words += ["--workers", "1"]
            words += [word for setting in QUICK for word in ("--set", setting)]
        assert main(words) in (0, 6), (command, capsys.readouterr().err)
        for file in Path().glob("drafts/*.yaml"):
            answer(file)
    assert "pain_sites_1" in Path("drafts/joined.yaml").read_text()
    joined = pd.read_csv("scored.csv")
    assert joined["predicted"].notna().all()
    assert not joined["imputed"].fillna("").str.contains("ohs_0_48").any()
    scored = pd.read_csv("scored_export.csv")
    first = scored["redcap_event_name"] == "baseline_arm_1"
    assert scored.loc[first, "predicted"].notna().all()
    assert (scored.loc[first, "imputed"].fillna("") != "pain_sites_1").all()
    assert (scored.loc[~first, "reason"] == "NOT_SELECTED").all()


@pytest.mark.parametrize("described", [[], ["--redcap-dictionary", "dictionary.csv"]])
def test_new_patients_are_joined_by_the_command_of_the_page_and_their_scores_computed(
    project, capsys, described
):
    page = PAGE.read_text(encoding="utf-8")
    first, second = (words.split() for words in re.findall(r"^hiprisk (join .*)$", page, re.M))
    export = Path("new_patients.csv").read_text()
    kept = [line for line in export.splitlines() if "month_12_arm_1" not in line]
    Path("new_patients.csv").write_text("\n".join(kept) + "\n")
    assert (main(first), main(second)) == (0, 0)
    assert "no row has the event 'month_12_arm_1'" in capsys.readouterr().err
    assert main(["init", "joined.csv", "--out-dir", "drafts", *described]) == 0
    answer("drafts/joined.mapping.yaml")
    cohort = read_cohort("new_joined.csv", load_mapping(Path("drafts/joined.mapping.yaml")))
    assert cohort.absent == {}
    assert len(cohort.frame) == 6
    assert cohort.frame[["age_years", "sex", "ohs_0_48"]].notna().all(axis=None)
    assert cohort.frame["ohs_followup_0_48"].isna().all()


@pytest.mark.parametrize("file", ["export.csv", "labels.csv"])
def test_raw_and_labelled_exports_draft_the_same_variables(project, capsys, file):
    assert main(["init", file, "--redcap-dictionary", "dictionary.csv", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["columns"]
    variables = {row["variable"] for row in found} - {None}
    assert variables == {
        "person_id", "age_years", "sex", "grip", "work", "pain_sites_1", "pain_sites_2", "ohs_0_48",
    }  # fmt: skip


def test_what_redcap_marks_as_identifying_and_notes_are_left_out(project, capsys):
    main(["init", "export.csv", "--redcap-dictionary", "dictionary.csv", "--json"])
    found = {row["column"]: row for row in json.loads(capsys.readouterr().out)["columns"]}
    assert found["phone"]["left_out"] == "REDCap marks it as identifying"
    assert found["comments"]["left_out"] == "notes: free text"
    drafts = "".join(path.read_text() for path in Path().glob("*.yaml"))
    assert "0161" not in drafts
    assert "first line" not in drafts


def test_the_events_and_how_to_join_them_are_said(project, capsys):
    main(["init", "export.csv"])
    assert (
        "hiprisk join export.csv --by record_id --event-column redcap_event_name "
        "--events baseline_arm_1,month_12_arm_1 --out joined.csv"
    ) in capsys.readouterr().out


CASES = Path(__file__).parents[1] / "cases" / "redcap_labels"


@pytest.mark.parametrize(
    ("file", "findings"),
    [
        ("export.csv", []),
        # The codes of two people are too rare to be written into a draft, and nobody told them.
        ("export_raw.csv", [("UNKNOWN_CATEGORY", "sex", [2, 5])]),
    ],
)
def test_small_exports_with_notes_and_repeated_headers_are_drafted_and_checked(
    tmp_path, monkeypatch, capsys, file, findings
):
    monkeypatch.chdir(tmp_path)
    assert main(["init", str(CASES / file), "--json"]) == 0
    mapping = json.loads(capsys.readouterr().out)["mapping"]
    main(["check", str(CASES / file), "--mapping", mapping, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 2
    errors = [one for one in found["findings"] if one["severity"] == "error"]
    assert [(one["code"], one["column"], one["rows"]) for one in errors] == findings
