"""Small files that came out wrong: rows, codes and columns, each from the command line."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from hiprisk.cli import main
from hiprisk.serving.model import load
from small_bundle import write_small_bundle

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def score(tmp_path, capsys):
    bundle = write_small_bundle(tmp_path / "models")

    def scored(folder, file, *options):
        out = tmp_path / "out.csv"
        mapping = CASES / folder / "map.yaml"
        words = ["--mapping", str(mapping)] if mapping.exists() else []
        code = main(["score", str(bundle), str(CASES / folder / file), "--out", str(out),
                     "--force", "--json", *words, *options])  # fmt: skip
        said = capsys.readouterr()
        with out.open(newline="") as stream:
            return code, json.loads(said.out), list(csv.DictReader(stream)), said.err

    return scored


def test_people_who_have_no_outcome_yet_are_scored_with_the_studys_mapping(score):
    code, found, rows, err = score("score_without_outcome", "new_people.csv")
    assert (code, found["scored"], found["absent"]) == (0, 2, ["lbp_any"])
    assert [bool(row["predicted"]) for row in rows] == [True, True]
    assert (
        "note[MISSING_COLUMN]: womac_function_followup_0_100: the file has no column WOMF36" in err
    )
    assert "1 of the model's variables is not in the file and was imputed: low back pain" in err


def test_follow_up_visits_get_no_prediction(score):
    code, found, rows, _ = score("event_rows", "cohort.csv")
    assert (code, found["rows"], found["scored"], found["not_selected"]) == (0, 40, 20, 20)
    for row in rows:
        is_baseline = row["redcap_event_name"] == "baseline_arm_1"
        assert bool(row["predicted"]) == is_baseline
        assert row["reason"] == ("" if is_baseline else "NOT_SELECTED")


def test_a_bad_item_is_the_reason_of_its_row(score, capsys):
    code, found, rows, _ = score("event_rows", "one_bad_item.csv")
    assert (code, found["scored"], found["refused"], found["not_selected"]) == (6, 19, 1, 20)
    # Row 40 of the file as an editor counts: the 39th after the header.
    assert rows[38]["reason"] == "OFF_SCALE(womac_function_0_100)"
    folder = CASES / "event_rows"
    assert main(["check", str(folder / "one_bad_item.csv"), "--mapping",
                 str(folder / "map.yaml"), "--json"]) == 3  # fmt: skip
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["rows"]) == ("OFF_SCALE", [40])


def test_zeros_and_ones_that_pandas_wrote_as_floats_are_zeros_and_ones(score, tmp_path, capsys):
    code, found, rows, _ = score("float_codes", "cohort.csv")
    assert (code, found["scored"]) == (0, 30)
    file = CASES / "float_codes" / "cohort.csv"
    assert main(["check", str(file), "--strict"]) == 0
    numbers = [float(row["predicted"]) for row in rows]
    frame = pd.read_csv(file)
    model = load(tmp_path / "models" / "small" / "1")
    assert model.score(frame)["predicted"].tolist() == numbers
    assert model.score(frame.astype(object))["predicted"].tolist() == numbers
    whole = frame.astype({"knee_oa": int, "lbp_any": int})
    assert model.score(whole)["predicted"].tolist() == numbers
    assert [model.predict(one).values["predicted"] for one in
            json.loads(frame.drop(columns=["person_id", "knee_oa"]).to_json(orient="records"))] == (
        numbers
    )  # fmt: skip
    frame.to_parquet(tmp_path / "in.parquet")
    assert main(["score", str(tmp_path / "models/small/1"), str(tmp_path / "in.parquet"), "--out",
                 str(tmp_path / "out.parquet")]) == 0  # fmt: skip
    assert pd.read_parquet(tmp_path / "out.parquet")["predicted"].tolist() == numbers
