"""Units and codes of a whole file: refused at its beginning, told of at its end."""

import json

import numpy as np
import pandas as pd
import pytest

from bad_input.commands import names_in, run
from hiprisk.errors import InputError
from hiprisk.serving.http.requests import predict_one
from hiprisk.serving.model import load
from motion_sheet import MOTION, write_motion_bundle


@pytest.fixture
def moving(here):
    return write_motion_bundle(here / "models")


def people(n, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age_years": rng.normal(65, 8, n).clip(20, 100).round(),
            "sex": rng.choice(["female", "male"], n),
            "lbp_any": rng.choice(["yes", "no"], n),
            "womac_function_0_100": rng.normal(38, 19, n).clip(0, 100).round(1),
            **{
                name: rng.normal(mean, sd, n).clip(-20, 150).round(1)
                for name, (mean, sd) in MOTION.items()
            },
        }
    )


def scored(capsys, frame, *options):
    frame.to_csv("in.csv", index=False)
    code, out, err = run(capsys, "score", "moving", "in.csv", "--out", "out.csv", "--json",
                         *options)  # fmt: skip
    return code, json.loads(out), err


@pytest.mark.parametrize("name", MOTION)
def test_54_55_motion_in_radians_is_refused_until_insisted_on(capsys, here, moving, name):
    frame = people(60)
    frame[name] = np.radians(frame[name])
    code, found, err = scored(capsys, frame)
    assert (code, found["error"], found["column"]) == (3, "UNIT_SUSPECT", name)
    assert "degrees given as radians? if so, state unit: rad in the mapping" in err
    assert names_in(here) == ["in.csv", "models"]
    code, found, err = scored(capsys, frame, "--accept-units")
    assert code in (0, 6)
    assert [warning["column"] for warning in found["warnings"]] == [name]
    assert "warning[UNIT_SUSPECT]" in err


RADIANS = {"hip_flexion_deg": 1.9, "hip_internal_rotation_deg": 0.4, "hip_abduction_deg": 0.6}
KNOWN = {"age_years": 64, "sex": "female", "lbp_any": "no", "womac_function_0_100": 40}


def test_54_55_a_patient_whose_angles_are_radians_is_refused(capsys, moving):
    words = [w for k, v in {**KNOWN, **RADIANS}.items() for w in (f"--{k.replace('_', '-')}", v)]
    code, _, err = run(capsys, "predict", "moving", *words)
    assert (code, err) == (3, (
        "hiprisk: error[UNIT_SUSPECT]: hip_flexion_deg: all angles given are below 3.2, as radians "
        "are; degrees are wanted (give degrees: radians times 57.3)\n"
    ))  # fmt: skip
    # What REST, CDS Hooks and FHIR ask.
    with pytest.raises(
        InputError, match=r"all angles given are below 3.2, as radians are"
    ) as letter:
        predict_one(load("moving"), {**KNOWN, **RADIANS})
    assert (letter.value.code, letter.value.column) == ("UNIT_SUSPECT", "hip_flexion_deg")


def test_54_55_rows_of_a_short_file_in_radians_are_refused_and_others_scored(capsys, moving):
    frame = people(9)
    for name in MOTION:
        frame.loc[:3, name] = np.radians(frame.loc[:3, name].abs() + 1)
    frame.loc[2, "hip_flexion_deg"] = 90.0  # one that is in degrees
    frame.loc[3, "hip_flexion_deg"] = np.nan  # two are too few to tell
    code, found, _ = scored(capsys, frame)
    assert (code, found["refused"]) == (6, 2)
    assert found["reasons"] == {"UNIT_SUSPECT(hip_flexion_deg)": 2}


def test_57_shares_in_a_short_file_are_a_warning(capsys, moving):
    frame = people(6)
    frame["womac_function_0_100"] /= 100
    code, found, err = scored(capsys, frame)
    assert (code, [w["column"] for w in found["warnings"]]) == (0, ["womac_function_0_100"])
    assert "all values lie between 0 and 1" in err
    assert "given as a share from 0 to 1? if so, state from_range: [0, 1]" in err


def test_a_shift_that_begins_late_is_scored_with_a_warning(capsys, moving, monkeypatch):
    monkeypatch.setattr("hiprisk.serving.files.score.BLOCK_BYTES", 1 << 16)
    frame = people(9_000)
    late = frame.index >= 6_000
    frame.loc[late, "hip_flexion_deg"] = np.radians(frame.loc[late, "hip_flexion_deg"])
    frame.loc[late, "lbp_any"] = "x"
    code, found, _ = scored(capsys, frame)
    assert code == 6
    assert found["rows"] == 9_000
    told = {(warning["code"], warning["column"]) for warning in found["warnings"]}
    assert told == {("UNIT_SUSPECT", "hip_flexion_deg"), ("CODES_UNKNOWN", "lbp_any")}
    assert found["refused_by_variable"] == {"lbp_any": {"UNKNOWN_CATEGORY": 3_000}}


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (["Yes", "No"], "levels in other letter case"),
        (["Y", "N"], "such as 'Y', 'N'"),
        (["Jane Roe", "x"], "are not among the levels no, yes$"),
    ],
)
def test_91_unknown_codes_are_named_only_where_they_can_be_no_patient(capsys, moving, codes, words):
    frame = people(40)
    frame["lbp_any"] = [codes[place % 2] for place in range(40)]
    code, found, err = scored(capsys, frame)
    assert code == 6
    [warning] = found["warnings"]
    assert (warning["code"], warning["count"]) == ("CODES_UNKNOWN", 40)
    import re

    assert re.search(words, warning["message"])
    assert "Jane Roe" not in err + json.dumps(found)


def test_one_code_2_is_a_typing_error_and_no_coding(capsys, moving):
    frame = people(40)
    frame["lbp_any"] = ["2", *(["1", "0"] * 20)[:39]]
    code, found, _ = scored(capsys, frame)
    assert (code, found["refused"], found["warnings"]) == (6, 1, [])


@pytest.mark.parametrize("name", ["s.json", "s.csv"])
def test_the_summary_is_written_as_it_is_printed(capsys, here, moving, name):
    frame = people(30)
    frame.loc[:2, "age_years"] = 999.0
    frame.loc[:3, "sex"] = "x"
    frame.loc[5:6, "age_years"] = np.nan
    code, found, _ = scored(capsys, frame, "--summary", name)
    assert code == 6
    assert found["refused_by_code"] == {"OUT_OF_RANGE": 3, "UNKNOWN_CATEGORY": 4}
    assert found["refused_by_variable"] == {
        "age_years": {"OUT_OF_RANGE": 3},
        "sex": {"UNKNOWN_CATEGORY": 4},
    }
    assert found["imputed"] == {"age_years": 2}
    if name == "s.json":
        assert json.loads((here / name).read_text()) == found
    else:
        table = pd.read_csv(name).fillna("")
        assert list(table.columns) == ["kind", "code", "variable", "rows"]
        assert ["refused", "OUT_OF_RANGE", "age_years", 3] in table.to_numpy().tolist()
    (here / "out.csv").unlink()
    assert scored(capsys, frame, "--summary", name)[1]["error"] == "EXISTS"
    assert scored(capsys, frame, "--summary", "out.csv")[1]["error"] == "SAME_FILE"


def test_the_screen_counts_by_reason_and_by_variable(capsys, moving):
    frame = people(30)
    frame.loc[:2, "age_years"] = 999.0
    frame.loc[5:6, "age_years"] = np.nan
    frame.to_csv("in.csv", index=False)
    _, out, _ = run(capsys, "score", "moving", "in.csv", "--out", "out.csv")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "27 of 30 rows scored: out.csv" in lines
    assert "OUT_OF_RANGE age_years 3" in lines
    assert "Imputed, in how many rows: age_years (2)" in lines
