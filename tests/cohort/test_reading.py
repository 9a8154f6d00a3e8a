"""The only reader of patient data; the matrix of bad input itself is in `tests/bad_input`."""

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cohort.mapping import load_mapping, mapping_from_text
from hiprisk.cohort.reading import BlockReader, iter_blocks, open_mapped_file, read_cohort
from hiprisk.errors import ConfigError, HipRiskError, InputError, StoreError
from hiprisk.values import Note

SECRET = "Jane Roe"
HEADER = "person_id,age_years,sex,womac_function_0_100\n"
GOOD = HEADER + "0012,64,female,40\n0013,70,male,55.5\n"


@pytest.fixture
def file(tmp_path):
    def write(content, name="cohort.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def block(path, mapping=None):
    return next(iter(iter_blocks(path, mapping)))


def problems(path, mapping=None):
    return {(n.variable, n.code): m.tolist() for n, m in block(path, mapping).problems.items()}


def test_a_good_file_is_read(file):
    cohort = read_cohort(file(GOOD))
    assert cohort.frame["age_years"].tolist() == [64.0, 70.0]
    assert cohort.frame["sex"].tolist() == ["female", "male"]
    assert cohort.n_errors == 0


def test_identifiers_stay_text(file):
    text = HEADER + "0012,64,female,40\n9007199254740993,64,female,40\nNA,64,female,40\n"
    assert block(file(text)).columns["person_id"].tolist() == ["0012", "9007199254740993", "NA"]


MAPPED_AGE = mapping_from_text("variables: {age_years: age_years}")


def test_2_a_header_alone_has_no_rows(file):
    cohort = read_cohort(file(HEADER))
    assert cohort.n_rows == 0
    assert [finding.code for finding in cohort.findings] == ["NO_ROWS"]


def test_3_a_folder_is_an_io_error(tmp_path):
    with pytest.raises(StoreError, match="this is a folder"):
        read_cohort(tmp_path)


def test_4_a_byte_order_mark_is_stripped(file):
    assert block(file(b"\xef\xbb\xbf" + GOOD.encode())).columns["age_years"].tolist() == [
        64.0,
        70.0,
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_8_9_other_delimiters_are_detected(file, delimiter):
    text = GOOD.replace(",", delimiter)
    assert block(file(text)).columns["womac_function_0_100"].tolist() == [40.0, 55.5]


def test_8_a_decimal_comma_is_detected_with_semicolons(file):
    text = GOOD.replace(",", ";").replace("55.5", "55,5")
    assert block(file(text)).columns["womac_function_0_100"].tolist() == [40.0, 55.5]


def test_18_crlf_is_accepted(file):
    assert block(file(GOOD.replace("\n", "\r\n"))).columns["sex"].tolist() == ["female", "male"]


def test_20_no_final_newline_is_accepted(file):
    assert block(file(GOOD.rstrip("\n"))).n_rows == 2


def test_22_blanks_around_a_name_are_stripped(file):
    assert block(file(GOOD.replace("age_years", " age_years "))).columns["age_years"][0] == 64.0


def test_23_another_case_is_not_folded(file):
    with pytest.raises(InputError, match="did you mean"):
        read_cohort(file(GOOD.replace("age_years", "AGE_YEARS")), MAPPED_AGE)


def test_26_extra_columns_are_ignored_and_listed(file):
    text = GOOD.replace("sex", "sex,note").replace("female", "female,x").replace(",male", ",male,y")
    assert read_cohort(file(text)).ignored == ("note",)


def test_30_blank_lines_are_skipped(file):
    assert block(file(GOOD.replace("\n0013", "\n\n0013"))).n_rows == 2


def test_43_a_number_beyond_a_float_is_a_problem(file):
    assert problems(file(HEADER + "0012,1e400,female,40\n")) == {
        ("age_years", "NOT_FINITE"): [True]
    }


def test_46_blanks_around_a_number_are_stripped(file):
    assert block(file(HEADER + "0012, 64 ,female,40\n")).columns["age_years"][0] == 64.0


def test_37_a_control_character_in_an_identifier_is_a_problem(file):
    path = file(HEADER + "00\x0112,64,female,40\n" + "x" * 257 + ",64,female,40\n")
    assert problems(path) == {("person_id", "BAD_ID"): [True, True]}


@pytest.mark.parametrize("names_people", [True, False])
def test_an_identifier_that_nobody_needs_is_checked_all_the_same(file, names_people):
    content = HEADER + "00\x0112,64,female,40\n" + "\t13 ,64,female,40\n" + "x" * 257 + ",1,,\n"
    cohort = open_mapped_file(file(content), None)
    reader = BlockReader(
        mapping=None, dictionary=None, name="x", decimal=".", names_people=names_people
    )
    (read,) = map(reader.read, cohort.blocks())
    assert ("person_id" in read.columns) == names_people
    assert read.problems[Note("BAD_ID", "person_id")].tolist() == [True, False, True]


def test_73_a_file_that_changes_is_refused(file, monkeypatch):
    path = file(GOOD)
    blocks = iter_blocks(path)
    next(blocks)
    path.write_text(GOOD + GOOD)
    with pytest.raises(InputError, match="changed while it was read"):
        list(blocks)


@pytest.mark.parametrize("more", ["x\n", "\xff,64,female,40\n", ""])
def test_73_a_file_that_changes_to_what_cannot_be_read_is_said_to_have_changed(
    file, monkeypatch, more
):
    rows = GOOD + GOOD.split("\n", 1)[1] * 200
    path = file(rows)
    blocks = iter_blocks(path, block_bytes=100)
    next(blocks)
    if more:
        with path.open("a", encoding="latin-1") as stream:
            stream.write(more)
    else:
        os.truncate(path, len(rows) - 7)
    with pytest.raises(InputError, match="changed while it was read"):
        list(blocks)


def test_73_a_file_that_is_gone_at_the_end_is_named(file):
    path = file(GOOD)
    blocks = iter_blocks(path)
    next(blocks)
    path.unlink()
    with pytest.raises(StoreError, match=rf"{path.name}: the file cannot be read: No such file"):
        list(blocks)


def rewrite_in_place(path, text):
    """Write a text of the same size, and give the file the times that it had."""
    before = os.stat(path)
    assert len(text.encode()) == before.st_size
    with path.open("r+") as stream:
        stream.write(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(path).st_mtime_ns == before.st_mtime_ns


def test_73_a_file_that_was_rewritten_in_place_with_its_time_restored_is_refused(file):
    path = file(GOOD)
    blocks = iter_blocks(path)
    next(blocks)
    # The times of a file system are those of its last tick.
    time.sleep(0.02)
    rewrite_in_place(path, GOOD.replace("1", "2"))
    with pytest.raises(InputError, match="changed while it was read"):
        list(blocks)


def test_a_cohort_is_known_by_its_content_whatever_its_size_and_time(file):
    path = file(GOOD)
    first = read_cohort(path).fingerprint
    rewrite_in_place(path, GOOD.replace("1", "2"))
    assert read_cohort(path).fingerprint != first


def test_no_message_shows_a_cell(file):
    text = HEADER + f"{SECRET},{SECRET},{SECRET},{SECRET}\n" * 12
    cohort = read_cohort(file(text))
    assert cohort.n_errors >= 3
    for finding in cohort.findings:
        assert SECRET not in str(finding.to_dict())


def test_parquet_reads_as_csv_does(file, tmp_path):
    path = tmp_path / "cohort.parquet"
    table = pa.table(
        {
            "person_id": ["0012", "0013"],
            "age_years": [64.0, None],
            "sex": pa.array(["female", "male"]).dictionary_encode(),
            "womac_function_0_100": [40, 55],
        }
    )
    pq.write_table(table, path)
    frame = read_cohort(path).frame
    assert frame["age_years"].isna().tolist() == [False, True]
    assert frame["womac_function_0_100"].tolist() == [40.0, 55.0]
    assert frame["person_id"].tolist() == ["0012", "0013"]


def test_21_a_column_twice_in_parquet_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table([pa.array([50.0]), pa.array([60.0])], ["age_years", "age_years"]), path)
    with pytest.raises(InputError, match="'age_years' comes 2 times, in columns 1, 2") as caught:
        read_cohort(path)
    assert caught.value.code == "DUP_COLUMN"


def test_22_blanks_around_a_name_are_stripped_in_parquet(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({" age_years ": [50.0]}), path)
    assert block(path).columns["age_years"].tolist() == [50.0]


def test_a_data_frames_dates_are_dates_in_parquet(tmp_path):
    path = tmp_path / "x.parquet"
    days = np.array(["2000-01-01", "2001-02-28"], dtype="datetime64[ns]")
    pq.write_table(pa.table({"baseline_date": days, "followup_date": days + 1}), path)
    found = block(path)
    assert found.columns["baseline_date"].tolist() == ["2000-01-01", "2001-02-28"]
    assert list(found.problems) == [Note("NOT_A_DATE", "followup_date")]


def test_73_a_parquet_file_that_changes_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"age_years": [50.0]}), path)
    blocks = iter_blocks(path)
    next(blocks)
    with path.open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(InputError, match="changed while it was read"):
        list(blocks)


@pytest.mark.parametrize(
    "day", ["2000-02-30", "1900-02-29", "2000-13-01", "01/02/2000", "2000-1-1"]
)
def test_93_a_day_that_is_no_day_is_a_problem(file, day):
    path = file(f"baseline_date,age_years\n{day},60\n2000-02-29,61\n")
    assert problems(path) == {("baseline_date", "NOT_A_DATE"): [True, False]}
    assert block(path).columns["baseline_date"].tolist() == [None, "2000-02-29"]


def test_rows_of_a_selection_keep_their_place_in_the_file(file):
    mapping = mapping_from_text("where: {g: ['1']}\nvariables: {age_years: a}")
    path = file("g,a\n2,50\n1,60\n2,70\n1,x\n")
    assert block(path, mapping).rows.tolist() == [3, 5]
    [finding] = [f for f in read_cohort(path, mapping).findings if f.severity == "error"]
    assert finding.rows == (5,)


@pytest.mark.slow
def test_a_text_that_comes_often_is_read_as_one_that_comes_once(file):
    cells = ["64", " 64 ", "64.0", "NA", "x", "1e400"] * 50 + [str(20 + i / 7) for i in range(60)]
    whole = block(file(HEADER + "".join(f"p,{cell},female,40\n" for cell in cells)))
    each = [block(file(HEADER + f"p,{cell},female,40\n")) for cell in cells]
    singly = np.concatenate([one.columns["age_years"] for one in each])
    assert np.array_equal(whole.columns["age_years"], singly, equal_nan=True)
    assert {note.code: int(mask.sum()) for note, mask in whole.problems.items()} == {
        "NOT_A_NUMBER": 50,
        "NOT_FINITE": 50,
    }


def test_parquet_that_is_none_is_refused(file):
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_cohort(file(b"PAR1" + b"x" * 100))


def test_blocks_join_to_the_whole_file(file):
    rows = "".join(f"{i:06d},{18 + i % 80},{'female' if i % 3 else 'male'},{i % 100}\n"
                   for i in range(5_000))  # fmt: skip
    path = file(HEADER + rows)
    blocks = list(iter_blocks(path, block_bytes=10_000))
    assert len(blocks) > 5
    joined = np.concatenate([b.columns["age_years"] for b in blocks])
    assert joined.tolist() == [18.0 + i % 80 for i in range(5_000)]
    assert np.concatenate([b.rows for b in blocks]).tolist() == list(range(2, 5_002))


cells = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)


@pytest.mark.slow
@given(st.lists(st.tuples(cells, cells, cells, cells), max_size=6))
def test_any_file_is_read_or_refused_with_a_letter(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_text(HEADER + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    try:
        cohort = read_cohort(path)
    except HipRiskError:
        return
    assert list(cohort.frame.columns) == HEADER.strip().split(",")


MAPPED = """
variables:
  womac_function_0_100: {column: wf, from_range: [0, 68]}
  hip_flexion_right_deg: {column: flex, unit: rad}
  height_cm: {column: h, unit: m}
  hoos_adl_0_100: {column: adl, reverse: true}
  sex: {column: g, levels: {"1": male, "2": female}, missing: ["9"]}
  odi_0_100: {column: odi, missing: ["-1"]}
  joint: {value: hip}
"""


def test_a_mapping_converts_units_scales_codes_and_sentinels(file):
    text = (
        "wf,flex,h,adl,g,odi\n34,1.5707963267948966,1.7,30,1,20\n68,2,1.8,0,9,-1\n0,1,1.6,1,3,0\n"
    )
    found = block(file(text), mapping_from_text(MAPPED))
    assert found.columns["womac_function_0_100"].tolist() == [50.0, 100.0, 0.0]
    assert found.columns["hip_flexion_right_deg"][0] == pytest.approx(90.0)
    assert found.columns["height_cm"].tolist() == pytest.approx([170.0, 180.0, 160.0])
    assert found.columns["hoos_adl_0_100"].tolist() == [70.0, 100.0, 99.0]
    assert found.columns["sex"].tolist() == ["male", None, None]
    assert np.isnan(found.columns["odi_0_100"][1])
    assert found.columns["joint"].tolist() == ["hip"] * 3
    assert list(found.problems) == [Note("UNKNOWN_CATEGORY", "sex")]


def test_items_become_a_score(file):
    columns = ", ".join(f"item_{i}: q{i}" for i in range(1, 13))
    mapping = mapping_from_text(
        f"variables: {{ohs_0_48: {{items: {{instrument: ohs, columns: {{{columns}}}}}}}}}"
    )
    header = ",".join(f"q{i}" for i in range(1, 13))
    answers = "1,3,2,2,1,0,4,0,4,1,3,1"
    assert block(file(f"{header}\n{answers}\n"), mapping).columns["ohs_0_48"].tolist() == [22.0]


def test_items_that_cannot_be_read_are_one_reason_of_their_score(file):
    columns = ", ".join(f"item_{i}: q{i}" for i in range(1, 13))
    mapping = mapping_from_text(
        f"variables: {{ohs_0_48: {{items: {{instrument: ohs, columns: {{{columns}}}}}}}}}"
    )
    header = ",".join(f"q{i}" for i in range(1, 13))
    rows = ["x,y,2,2,1,0,4,0,4,1,3,1", "1,3,2,2,1,0,4,0,4,1,3,z", "1,3,2,2,1,0,4,0,4,1,3,1"]
    found = block(file("\n".join([header, *rows, ""])), mapping).problems
    assert {note: mask.tolist() for note, mask in found.items()} == {
        Note("NOT_A_NUMBER", "ohs_0_48"): [True, True, False]
    }


def test_a_number_that_a_unit_makes_too_large_is_not_finite(file):
    mapping = mapping_from_text("variables: {height_cm: {column: h, unit: m}}")
    found = block(file("h\n1.7\n1e299\n"), mapping)
    assert np.array_equal(found.columns["height_cm"], [170.0, np.nan], equal_nan=True)
    assert list(found.problems) == [Note("NOT_FINITE", "height_cm")]


def test_a_row_is_selected_by_a_code_however_it_is_written(file):
    mapping = mapping_from_text("where: {g: ['1']}\nvariables: {age_years: a}")
    assert block(file("g,a\n1.0,50\n2,60\n1,70\n"), mapping).columns["age_years"].tolist() == [
        50.0,
        70.0,
    ]


def test_rows_are_selected_by_the_source(file):
    mapping = mapping_from_text("where: {g: ['1']}\nvariables: {age_years: a}")
    assert block(file("a,g\n50,1\n60,2\n"), mapping).columns["age_years"].tolist() == [50.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("variables: {agee: x}", "has no variable 'agee'"),
        ("varables: {}", "varables"),
        ("variables: {sex: {column: g, levels: {1: man}}}", "'man' is not a known level"),
        ("variables: {height_cm: {column: h, unit: rad}}", "unit 'rad' does not convert to cm"),
        ("variables: {sex: {column: g, value: male}}", "exactly one of column, items and value"),
        ("variables: {age_years: {column: a, levels: {1: x}}}", "levels belong to a category"),
        ("variables: {sex: {column: g, reverse: true}}", "need a number with a range"),
        (
            "variables: {ohs_0_48: {items: {instrument: x, columns: {}}}}",
            "'x' is not a known instrument",
        ),
        (
            "variables: {ohs_0_48: {items: {instrument: ohs, columns: {a: b}}}}",
            "must name the items",
        ),
        ("grain: knee", "grain"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        mapping_from_text(text)


CASES = Path(__file__).parents[1] / "cases"


def test_an_extension_written_with_the_other_sign_is_negated():
    case = CASES / "reversed_angle"
    cohort = read_cohort(case / "cohort.csv", load_mapping(case / "map.yaml"))
    assert cohort.frame["hip_extension_right_deg"].tolist() == [14.0, -7.0, 22.0, 0.0]


def test_the_missing_codes_of_oai_are_missing_under_the_shipped_mapping():
    mapping = load_mapping(CASES.parents[1] / "configs" / "cohorts" / "oai_right_knee.yaml")
    cohort = read_cohort(CASES / "oai_missing_codes" / "cohort.txt", mapping)
    assert [f.code for f in cohort.findings if f.severity != "note"] == []
    later = cohort.frame["womac_function_followup_0_100"].to_numpy()
    np.testing.assert_allclose(later, [0, np.nan, np.nan, np.nan, 100 * 4 / 68], rtol=1e-15)
    pain = cohort.frame["womac_pain_followup_0_100"].isna().tolist()
    assert pain == [False, True, True, True, True]
    assert cohort.frame["lbp_any"].fillna("").tolist() == ["yes", "no", "", "yes", "no"]


def case_text(folder):
    return (CASES / folder / "map.yaml").read_text(encoding="utf-8")


def with_items(text, stated):
    return mapping_from_text(text.replace("    items:\n", f"    items:\n      {stated}\n"))


def test_items_coded_1_to_5_are_a_finding_until_it_is_declared():
    file, text = CASES / "items_coded_1_to_5" / "mild.csv", case_text("items_coded_1_to_5")
    assumed = read_cohort(file, mapping_from_text(text))
    (finding,) = (f for f in assumed.findings if f.code == "ITEM_CODING")
    assert (finding.severity, finding.column) == ("warning", "womac_function_0_100")
    assert "coded: [1, 5]" in finding.advice
    declared = read_cohort(file, with_items(text, "coded: [1, 5]"))
    assert declared.findings == ()
    # P5: thirteen answers of 1 and four of 2, by hand: 4 points of 68.
    score = declared.frame["womac_function_0_100"]
    assert score[5] == pytest.approx(100 * 4 / 68)
    assert (assumed.frame["womac_function_0_100"] - score).tolist() == pytest.approx([25.0] * 20)


def test_answers_in_words_are_refused_until_none_is_decided():
    file, text = CASES / "answer_labels" / "cohort.csv", case_text("answer_labels")
    findings = read_cohort(file, mapping_from_text(text)).findings
    errors = {f.code: f for f in findings if f.severity == "error"}
    assert set(errors) == {"AMBIGUOUS_CODE", "NOT_A_NUMBER"}
    assert "labels: {None: 0}" in errors["AMBIGUOUS_CODE"].advice
    assert 'missing: ["None"]' in errors["AMBIGUOUS_CODE"].advice
    assert "under labels of the items" in errors["NOT_A_NUMBER"].advice
    labels = "labels: {None: 0, Mild: 1, Moderate: 2, Severe: 3, Extreme: 4}"
    decided = read_cohort(file, with_items(text, labels))
    assert not decided.n_errors
    # Row 3: 0 + 1 + 2 + 3 + 4 three times, then 0 + 1.
    score = decided.frame["womac_function_0_100"].tolist()
    assert score == pytest.approx([0.0, 0.0, 100 * 31 / 68])


def test_a_finding_about_items_names_the_columns_of_the_file(file):
    columns = ", ".join(f"q{n}: c{n}" for n in range(1, 5))
    mapping = mapping_from_text(
        "variables: {hoos_qol_0_100: {items: {instrument: hoos_qol, "
        f"columns: {{{columns}}}}}}}}}"
    )
    cohort = read_cohort(file("c1,c2,c3,c4\n0,1,7,2\n0,x,1,1\n0,1,1,1\n"), mapping)
    told = {f.code: (f.message, f.rows) for f in cohort.findings if f.severity == "error"}
    assert told["OFF_SCALE"][0].endswith("(column c3)")
    assert told["NOT_A_NUMBER"][0].endswith("(column c2)")
    assert (told["OFF_SCALE"][1], told["NOT_A_NUMBER"][1]) == ((2,), (3,))


_TRUTHS = """
variables:
  person_id: id
  lbp_any: {column: flag, levels: {'True': 'yes', 'False': 'no'}}
"""


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
@pytest.mark.parametrize("wanted", ["True", "true", "TRUE"])
def test_a_column_of_truths_is_read_alike_in_every_format(tmp_path, suffix, wanted):
    frame = pd.DataFrame({"id": ["a", "b", "c"], "flag": [True, False, True]})
    path = tmp_path / f"t{suffix}"
    writers = {".csv": frame.to_csv, ".parquet": frame.to_parquet, ".xlsx": frame.to_excel}
    writers[suffix](path, index=False)
    mapping = mapping_from_text(f"where: {{flag: ['{wanted}']}}{_TRUTHS}")
    cohort = read_cohort(path, mapping)
    assert cohort.frame["person_id"].tolist() == ["a", "c"]
    assert cohort.frame["lbp_any"].tolist() == ["yes", "yes"]
    assert not cohort.unreadable


@pytest.mark.parametrize("code", ["1.5", "'1,5'"])
def test_codes_with_decimals_are_found_in_a_file_of_decimal_commas(tmp_path, code):
    path = tmp_path / "d.csv"
    path.write_text("id;n;m\na;1,5;-9,5\nb;2,5;70,5\nc;1,5;71,5\n")
    mapping = mapping_from_text(
        f"where: {{n: [{code}]}}\nvariables:\n  person_id: id\n"
        f"  weight_kg: {{column: m, missing: [-9.5]}}\n"
        f"  lbp_any: {{column: n, levels: {{{code}: 'yes', '2,5': 'no'}}}}"
    )
    cohort = read_cohort(path, mapping)
    assert cohort.frame["person_id"].tolist() == ["a", "c"]
    assert cohort.frame["lbp_any"].tolist() == ["yes", "yes"]
    assert cohort.frame["weight_kg"].fillna(0).tolist() == [0, 71.5]
    assert not cohort.unreadable
