"""One raw value has one meaning: the same answer down every way in."""

import csv
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.cli import main
from hiprisk.config.published import DeclaredOutcome
from hiprisk.errors import InputError
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from hiprisk.sheet.answers import TEXT_COLUMNS
from hiprisk.tracking.pyfunc import _load_pyfunc
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.reading import read_validation_cohort
from raw_values import BASE, OWN, TEXTS, TYPED

GIVEN = {**BASE, **OWN}
N_OTHERS = 400
OUTCOME = DeclaredOutcome(
    variable="womac_function_followup_0_100", label="WOMAC function", kind="continuous",
    unit="points 0-100", higher_is="worse", horizon_months=12, population="nobody",
    bounds=(0.0, 100.0), baseline="womac_function_0_100",
)  # fmt: skip
texts = pytest.mark.parametrize("case", TEXTS, ids=str)
typed = pytest.mark.parametrize("case", TYPED, ids=str)
each = pytest.mark.parametrize("case", [*TEXTS, *TYPED], ids=str)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from raw_values import every_kind_sheet

    contents = BundleContents(
        sheet=replace(every_kind_sheet(), name="kinds"), config={}, evidence={}, run={}, card="",
        cohort_fingerprint="0" * 64, created_with={},
    )  # fmt: skip
    return write_bundle(tmp_path_factory.mktemp("models"), "kinds", contents)


@pytest.fixture(scope="module")
def model(folder):
    return load(folder)


@pytest.fixture(scope="module")
def expected(model):
    """The answer to a case's plain value, or its reason."""

    def answer(case):
        if case.code:
            whole_row = case.code == "OVERFLOW"
            return {"reason": [case.code if whole_row else f"{case.code}({case.variable})"]}
        plain = {**GIVEN, case.variable: case.value}
        return plain_answer(model.answer({k: v for k, v in plain.items() if v is not None}))

    return answer


def plain_answer(values):
    """A reason, or all numbers and texts: whatever the way out writes missing as."""
    reason = as_list(values["reason"])
    if reason:
        return {"reason": reason}
    return {key: as_list(v) if key in TEXT_COLUMNS else float(v) for key, v in values.items()}


def as_list(codes):
    return [code for code in codes.split(";") if code] if isinstance(codes, str) else list(codes)


def row_with(case):
    return {**GIVEN, case.variable: case.raw}


def test_there_are_enough_of_them():
    assert len({(case.variable, repr(case.raw)) for case in TEXTS}) >= 60
    assert len(TYPED) >= 30


@each
def test_python(model, expected, case):
    assert plain_answer(model.answer(row_with(case))) == expected(case)
    if case.code:
        with pytest.raises(InputError, match=r"must |so large") as refusal:
            model.explain(row_with(case))
        assert refusal.value.code == case.code


@pytest.fixture(scope="module")
def served(folder):
    return _load_pyfunc(str(folder))


@each
def test_a_frame_and_the_mlflow_model(model, served, expected, case):
    frame = pd.DataFrame({name: pd.Series([value], dtype=object)
                          for name, value in row_with(case).items()})  # fmt: skip
    frames = [frame]
    if not isinstance(case.raw, str):
        # As pandas itself would type the column.
        own = pd.Series([case.raw]) if case.raw is not None else pd.Series([None], dtype="Int64")
        frames.append(frame.assign(**{case.variable: own}))
    for one in frames:
        assert plain_answer(model.score(one).iloc[0].to_dict()) == expected(case)
        assert plain_answer(served.predict(one).iloc[0].to_dict()) == expected(case)


def scored(model, path):
    """The rows of a file's answers, as the scored CSV has them."""
    score_file(model, path, path.with_name("out.csv"), force=True, accept_units=True)
    names = model.answer(GIVEN)
    with path.with_name("out.csv").open(encoding="utf-8", newline="") as stream:
        return [plain_answer({n: row[n] for n in names}) for row in csv.DictReader(stream)]


def others():
    """So many good rows that the raw values among them are a few, not a mistaken coding."""
    rng = np.random.default_rng(3)
    return [
        {**GIVEN, "age_years": age, "womac_function_0_100": score, OUTCOME.variable: later}
        for age, score, later in zip(rng.uniform(46, 84, N_OTHERS), rng.uniform(5, 80, N_OTHERS),
                                     rng.uniform(5, 90, N_OTHERS), strict=True)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def text_rows():
    return [*({**row_with(case), OUTCOME.variable: 50} for case in TEXTS), *others()]


@pytest.fixture(scope="module")
def of_csv(model, text_rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "in.csv"
    write_csv(path, text_rows)
    return scored(model, path)


@texts
def test_a_csv_cell(of_csv, expected, case):
    assert of_csv[TEXTS.index(case)] == expected(case)


@pytest.fixture(scope="module")
def of_parquet(model, text_rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("parquet") / "in.parquet"
    columns = {name: [str(row[name]) for row in text_rows] for name in GIVEN}
    pq.write_table(pa.table(columns), path)
    return scored(model, path)


@texts
def test_a_parquet_text(of_parquet, expected, case):
    assert of_parquet[TEXTS.index(case)] == expected(case)


@typed
def test_a_parquet_cell(model, expected, tmp_path, case):
    raw = None if case.raw is pd.NA or case.raw is pd.NaT else case.raw
    if isinstance(raw, int) and abs(raw) > 2**63:
        pytest.skip("no column type holds so many digits")
    cell = pa.array([raw.item() if isinstance(raw, np.generic) else raw])
    columns = {name: pa.array([value]) for name, value in GIVEN.items()}
    pq.write_table(pa.table({**columns, case.variable: cell}), tmp_path / "in.parquet")
    assert scored(model, tmp_path / "in.parquet") == [expected(case)]


@texts
def test_an_option_of_predict(folder, expected, capsys, case):
    words = [f"--{name.replace('_', '-')}={value}" for name, value in row_with(case).items()]
    status = main(["predict", str(folder), "--json", *words])
    out, err = capsys.readouterr()
    assert_told(status, out, err, expected(case), case)


@typed
def test_a_file_of_predict(folder, expected, capsys, tmp_path, case):
    raw = json_value(case.raw)
    (tmp_path / "p.json").write_text(json.dumps({**GIVEN, case.variable: raw}))
    status = main(["predict", str(folder), "--json", "--from", str(tmp_path / "p.json")])
    out, err = capsys.readouterr()
    assert_told(status, out, err, expected(case), case)


def assert_told(status, out, err, expected, case):
    if case.code:
        assert status == 3
        assert json.loads(out)["error"] == case.code
        assert f"hiprisk: error[{case.code}]: " in err
        return
    told = json.loads(out)
    assert {key: told[key] for key in expected} == expected


def json_value(raw):
    """The value as JSON has it; skips what JSON has not."""
    if raw is pd.NA or raw is pd.NaT:
        return None
    plain = raw.item() if isinstance(raw, np.generic) else raw
    if isinstance(plain, float) and not np.isfinite(plain):
        pytest.skip("JSON has no such number")
    return plain


@pytest.fixture(scope="module")
def client(model):
    pytest.importorskip("fastapi", reason="the extra serve is absent")
    from hiprisk.serving.fhir.code_map import code_map_from_text
    from service_client import client_of

    codes = code_map_from_text(
        "max_age_days: 365\npatient: {age_years: birthDate, sex: gender}\nobservations:\n"
        '  womac_function_0_100: {codes: ["http://h.example|w"], units: ["{score}"]}\n'
    )
    return client_of(model, code_map=codes)


@each
def test_a_value_over_rest(client, expected, case):
    row = {**GIVEN, case.variable: json_value(case.raw)}
    answered = client.post("/score", {"rows": [GIVEN, row, GIVEN]})
    assert plain_answer(answered.json()["rows"][1]) == expected(case)
    one = client.post("/predict", row)
    assert one.status_code == (422 if case.code else 200)
    told = one.json()
    if case.code:
        assert told["code"] == case.code
    else:
        assert {key: told[key] for key in expected(case)} == expected(case)


@pytest.mark.parametrize(
    ("raw", "code"),
    [(40, ""), (40.0, ""), (0, ""), (-1, "OUT_OF_RANGE"), (1e301, "NOT_FINITE"),
     (10**301, "NOT_FINITE"), (1e299, "OUT_OF_RANGE")],
)  # fmt: skip
def test_a_quantity_of_a_fhir_record(client, model, raw, code):
    quantity = {"value": raw, "system": "http://unitsofmeasure.org", "code": "{score}"}
    observation = {
        "resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-01",
        "code": {"coding": [{"system": "http://h.example", "code": "w"}]},
        "subject": {"reference": "Patient/p1"}, "valueQuantity": quantity,
    }  # fmt: skip
    who = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1963-11-01"}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": who}, {"resource": observation}]}
    got = client.post("/fhir/risk-assessment", bundle).json()
    call = {
        "hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/x", "patientId": "p1"},
        "prefetch": {"patient": who, "womac_function_0_100": observation},
    }  # fmt: skip
    (card,) = client.post("/cds-services/hiprisk-kinds", call).json()["cards"]
    given = {"age_years": 63, "sex": "female", "womac_function_0_100": raw}
    answer = plain_answer(model.answer(given))
    if code:
        assert answer == {"reason": [f"{code}(womac_function_0_100)"]}
        assert got["code"] == code
        assert "No prediction: WOMAC function must " in card["summary"]
    else:
        told = got["prediction"][0]["extension"][0]["valueQuantity"]["value"]
        assert told == answer["predicted"]
        assert f": {answer['predicted']:.0f} (80 %" in card["summary"]


@pytest.fixture(scope="module")
def of_validate(model, text_rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("validate") / "in.csv"
    write_csv(path, text_rows)
    cohort = read_validation_cohort(path, None, sheet=model.sheet, outcome=OUTCOME)
    return cohort, predict_cohort(model.sheet, OUTCOME, cohort, accept_units=True)


def test_validate_counts_the_reasons(of_validate, expected):
    reasons = Counter(expected(case)["reason"][0] for case in TEXTS if case.code)
    assert dict(of_validate[1].reasons) == reasons
    assert of_validate[1].n == N_OTHERS + len(TEXTS) - reasons.total()


@pytest.mark.parametrize("case", [case for case in TEXTS if not case.code], ids=str)
def test_validate(of_validate, expected, case):
    found, want = of_validate[1], expected(case)
    usable = [one for one in TEXTS if not one.code]
    place = usable.index(case)
    assert found.predicted[place] == want["predicted"]
    assert {name: chance[place] for name, chance in found.chances.items()} == {
        name.removeprefix("chance_"): v for name, v in want.items() if name.startswith("chance_")
    }


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def tab(model, tmp_path_factory):
    serving_browser = pytest.importorskip("serving_browser", reason="no calculator page")
    from hiprisk.serving.calculator.building import build_page

    page = tmp_path_factory.mktemp("page") / "page.html"
    page.write_text(build_page(model), encoding="utf-8")
    with serving_browser.running_browser() as browser:
        opened = browser.new_context().new_page()
        opened.goto(page.as_uri())
        yield opened


@each
def test_the_page(tab, expected, case):
    plain = None if case.raw is pd.NA or case.raw is pd.NaT else case.raw
    plain = plain.item() if isinstance(plain, np.generic) else plain
    plain = float(plain) if isinstance(plain, int) and abs(plain) > 2**53 else plain
    found = tab.evaluate(
        "(given) => window.hiprisk.explain(given)", {**GIVEN, case.variable: plain}
    )
    want = expected(case)
    if case.code:
        names = [one["variable"] for one in found["refused"]]
        assert [one["code"] for one in found["refused"]] == [case.code]
        assert names == [None if case.code == "OVERFLOW" else case.variable]
        return
    assert "refused" not in found
    assert found["imputed"] == want["imputed"]
    assert found["flags"] == want["flags"]
    assert found["predicted"] == pytest.approx(want["predicted"], rel=1e-9)
