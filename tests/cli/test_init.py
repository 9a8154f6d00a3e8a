"""``hiprisk init``: drafts that load and can be checked with."""

import itertools
import json
import re
from pathlib import Path

import pytest

import nhs_pack
from commands import answer, run
from hiprisk.cli import main
from hiprisk.cohort.mapping import load_mapping
from hiprisk.config import load_config


@pytest.fixture
def init(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(text, *options, name="in.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        status = main(["init", name, *options])
        return status, capsys.readouterr()

    return run


def test_a_drafted_mapping_can_be_checked_with(init, capsys):
    status, said = init("id;Age;BMI\n" + "0012;60,5;25\n0013;70;31,5\n", "--json")
    found = json.loads(said.out)
    assert status == 0
    assert load_mapping(found["mapping"]).variables["age_years"].column == "Age"
    assert main(["check", "in.csv", "--mapping", found["mapping"]]) == 0
    assert "2 rows" in capsys.readouterr().out


def test_what_must_be_decided_is_counted_and_marked(init, tmp_path):
    _, said = init("Age,Gender\n" + "60,1\n70,2\n" * 5)
    assert "1 column(s) need a decision" in said.out
    assert '"1": DECIDE  # one of: female, male' in (tmp_path / "in.mapping.yaml").read_text()


def test_a_draft_is_refused_until_it_is_decided(init, capsys, tmp_path):
    init("Age,Gender\n" + "60,1\n70,2\n" * 5)
    mapping = tmp_path / "in.mapping.yaml"
    assert main(["check", "in.csv", "--mapping", str(mapping)]) == 2
    assert (
        "error[UNDECIDED]: in.mapping.yaml: variables.sex.levels.1 (line 11): this is still to be "
        "decided (and 1 more) (replace DECIDE by one of the answers beside it)"
    ) in capsys.readouterr().err


def test_drafts_are_not_overwritten(init, tmp_path):
    init("age\n60\n")
    (tmp_path / "in.yaml").write_text("mine")
    status, said = init("age\n60\n")
    assert (status, (tmp_path / "in.yaml").read_text()) == (2, "mine")
    assert "error[EXISTS]" in said.err
    assert init("age\n60\n", "--force")[0] == 0


def test_a_baseline_score_is_never_drafted_as_the_outcome(init, tmp_path):
    init("ohs_pre_stairs,ohs_pre_score,ohs_post_score\n" + "1,20,40\n2,21,41\n" * 5)
    text = (tmp_path / "in.yaml").read_text()
    assert "variable: ohs_followup_0_48  # DECIDE" in text
    assert "baseline: ohs_0_48" in text
    mapping = load_mapping(tmp_path / "in.mapping.yaml")
    assert mapping.variables["ohs_followup_0_48"].column == "ohs_post_score"


def test_every_open_decision_is_counted_and_an_unmapped_column_is_named(capsys, tmp_path):
    file = tmp_path / "in.csv"
    rows = "".join(f"{60 + i},{('female', 'male', '9')[i % 3]},{i}\n" for i in range(12))
    file.write_text("age_years,sex,zzz\n" + rows)
    assert main(["init", str(file), "--out-dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    drafts = [(tmp_path / name).read_text() for name in ("in.mapping.yaml", "in.yaml")]
    n_lines = sum("DECIDE" in line for text in drafts for line in text.splitlines()[3:])
    assert f"1 column(s) need a decision, 1 got no variable, {n_lines} lines in all" in said
    assert "codes that are no level (9): missing, or which level?" in drafts[0]
    assert 'missing: ["9"]' in drafts[0]
    assert '"female": "female"' in drafts[0]
    main(["check", str(file), "--mapping", str(tmp_path / "in.mapping.yaml")])
    assert "1 column ignored (zzz)" in capsys.readouterr().out


HEADER = "Patient;Alter;Geschlecht;Raucher;CRP_mg_l;Operateur;Notiz;Zufrieden_12m"


def unknown_file(n=80):
    """A file with a semicolon, decimal commas and columns that the dictionary lacks."""
    rows = [
        f"P{i};{50 + i % 40},5;{1 + i % 2};{('ja', 'nein')[i % 3 == 0]};{(i * 7) % 23},25;"
        f"{'ABC'[i % 3]};note {i};{int(i * i * 31 % 101 < 45)}"
        for i in range(n)
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def answered(text):
    """The draft with one of the answers wherever one is asked for, each in its turn."""
    turn = itertools.count()

    def answer(asked):
        answers = asked[1].split(", ")
        return answers[next(turn) % len(answers)]

    return re.sub(r"DECIDE  # one of: ([^;\n]+).*", answer, text)


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_an_unknown_file_needs_answers_and_no_typing(init, tmp_path):
    status, said = init(unknown_file(), "--json")
    found = json.loads(said.out)
    assert status == 0
    for file in (found["mapping"], found["dictionary"], found["config"]):
        path = tmp_path / file
        path.write_text(answered(path.read_text()))
    assert main(["check", "in.csv", "--mapping", found["mapping"]]) == 0
    quick = ("tuning.trials=1", "validation.resamples=20", "validation.repeats=0",
             "tracking.enabled=false", "families.boosting=null")  # fmt: skip
    options = [word for setting in quick for word in ("--set", setting)]
    assert (
        main(["train", found["config"], *options, "--workers", "1", "--out", "models", "--json"])
        == 0
    )
    assert '"sex"' in (tmp_path / "models" / "in" / "1" / "sheet.json").read_text()
    evidence = json.loads((tmp_path / "models" / "in" / "1" / "evidence.json").read_text())
    open_lines = [f["message"] for f in evidence["findings"] if f["code"] == "UNDECIDED_LINES"]
    assert ["in.mapping.yaml" in open_lines[0], "in.variables.yaml" in open_lines[1]] == [
        True,
        True,
    ]


def test_own_variables_and_columns_left_out_are_named(init, tmp_path):
    _, said = init(unknown_file(), "--json")
    rows = {row["column"]: row for row in json.loads(said.out)["columns"]}
    assert rows["CRP_mg_l"]["variable"] == "crp_mg_l"
    assert rows["CRP_mg_l"]["own"]
    assert rows["Notiz"]["left_out"].startswith("free text")
    assert "note 7" not in "".join(path.read_text() for path in tmp_path.glob("*.yaml"))


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.mark.slow
def test_init_drafts_what_loads(capsys):
    run(capsys, "simulate", "--seed", 1, "--n", 150, "--out", "new.csv")
    code, found = answer(capsys, "init", "new.csv", "--out-dir", "drafts")
    assert code == 0
    mapping = load_mapping(found["mapping"])
    assert mapping.variables["womac_function_0_100"].column == "womac_function_0_100"
    config = load_config(found["config"])
    assert config.outcome.variable == "womac_function_followup_0_100"
    assert run(capsys, "check", "new.csv", "--mapping", found["mapping"])[0] == 0
    assert run(capsys, "init", "new.csv", "--out-dir", "drafts")[0] == 2


def test_init_marks_what_it_does_not_know(capsys):
    Path("odd.csv").write_text("Age,Gender,colour\n" + "60,1,x\n70,2,y\n" * 5)
    _, found = answer(capsys, "init", "odd.csv")
    proposed = {row["column"]: row for row in found["columns"]}
    assert proposed["Age"]["variable"] == "age_years"
    assert proposed["Gender"] == {
        "column": "Gender", "variable": "sex", "own": False, "left_out": None,
        "decide": ["state what each code means"],
    }  # fmt: skip
    assert (proposed["colour"]["variable"], proposed["colour"]["own"]) == ("colour", True)
    assert '"1": DECIDE  # one of: female, male' in Path(found["mapping"]).read_text()


def test_a_file_of_another_encoding_is_drafted_with_it(init, tmp_path):
    (tmp_path / "in.csv").write_bytes("age;größe\n60;170\n70;180\n".encode("cp1252"))
    assert main(["init", "in.csv"]) == 3
    assert main(["init", "in.csv", "--encoding", "cp1252"]) == 0
    mapping = load_mapping(tmp_path / "in.mapping.yaml")
    assert mapping.format.encoding == "cp1252"
    assert mapping.variables["height_cm"].column == "größe"


def test_a_member_of_a_zip_names_the_drafts(init, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nhs_pack.write_packs(tmp_path, 20)
    assert main(["init", f"{nhs_pack.PACK}::Hip Replacement Provider 1819.csv"]) == 0
    assert (tmp_path / "hip-replacement-provider-1819.mapping.yaml").is_file()
    assert "nhs_proms_hip_published.yaml reads them without a draft" in capsys.readouterr().out
