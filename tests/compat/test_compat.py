"""What older code wrote and answered, against the code at hand: see README.md beside this file."""

import json
import math
import re
import tempfile
from pathlib import Path

import pytest

import hiprisk
from compat.compare_evidence import Tolerance, compare, read_json, read_renames
from compat.estimator import load_estimator
from compat.frozen import (
    HERE,
    MODELS,
    RESULTS,
    STUDIES,
    as_lists,
    known_of,
    made_with,
    patients,
    result_of,
    run_json,
    scored,
    typed,
    unpack,
    unpacked_cohort,
    variables_of,
)
from hiprisk.serving.reference import ReferencePatient
from hiprisk.sheet.explanation.reference_patient import typical_patient

FROZEN = sorted(path.name for path in HERE.glob("issue_*") if path.is_dir())
# A small freeze keeps bundles and answers, a whole one every result beside them.
WHOLE = [issue for issue in FROZEN if (HERE / issue / "results").is_dir()]
IN_EVERY_FREEZE = [
    (issue, path.name.removesuffix(".tar.xz"))
    for issue in FROZEN
    for path in sorted((HERE / issue / "bundles").glob("*.tar.xz"))
]
every_frozen_model = pytest.mark.parametrize(("issue", "name"), IN_EVERY_FREEZE, scope="module")
every_frozen_estimator = pytest.mark.parametrize(
    ("issue", "name"),
    [one for one in IN_EVERY_FREEZE if (HERE / one[0] / f"estimator_{one[1]}.json.gz").exists()],
    scope="module",
)
in_whole_freezes = pytest.mark.parametrize("issue", WHOLE, scope="module")
RETRAINED = "logistic"
# The last digits depend on NumPy, SciPy and the processor's kind of linear algebra. Where these
# are not those of the freeze, answers and figures must agree as far as anybody reads them.
# A gain near 0 keeps the digits of the two figures that it is the difference of, not its own, and
# degrees of freedom those of a small variance between imputations.
EXACT, CLOSE, ELSEWHERE = Tolerance(0.0), Tolerance(1e-11, 1e-13), Tolerance(1e-6, 1e-9)
# There a tie, of trees above all, may also be decided the other way: so many numbers in a result.
TIES = 4
RENAMES = read_renames()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frozen(issue):
    return HERE / issue


@pytest.fixture(scope="module")
def bundles(frozen, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles")
    files = (frozen / "bundles").glob("*.tar.xz")
    names = [path.name.removesuffix(".tar.xz") for path in files]
    return {name: unpack(frozen / "bundles" / f"{name}.tar.xz", out / name) for name in names}


@pytest.fixture(scope="module")
def cohorts(issue, tmp_path_factory):
    out = tmp_path_factory.mktemp("cohorts")
    return {name: unpacked_cohort(name, out) for name in ("patients", "new_people")}


@pytest.fixture(scope="module")
def as_then(frozen):
    """Whether the libraries and the processor are of the kind that the freeze was made with."""
    old = read_json(frozen / "made_with.json")
    try:
        new = made_with()
    except ImportError:
        return False
    names = ("numpy", "scipy", "scikit-learn")
    same = all(old["packages"][name] == new["packages"][name] for name in names)
    return same and (old["blas"], old["machine"]) == (new["blas"], new["machine"])


@pytest.fixture
def percentiles_as_then(monkeypatch):
    """Percentiles by the rule of the freezes, which interpolated linearly.

    So the ends of intervals are held against theirs to the last digit, too.
    """
    monkeypatch.setattr("hiprisk.bootstrap.QUANTILE_METHOD", "linear")


@pytest.fixture(scope="module")
def exact(as_then):
    return EXACT if as_then else ELSEWHERE


@pytest.fixture(scope="module")
def close(as_then):
    return CLOSE if as_then else ELSEWHERE


def assert_same(old, new, tolerance):
    found = compare(old, new, renames=RENAMES, tolerance=tolerance)
    if tolerance is ELSEWHERE and len(found.numbers) <= TIES:
        found.numbers.clear()
    assert not found.matter(), found.report()


def same_answer(old, new, tolerance):
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=tolerance.relative, abs_tol=tolerance.floor)
    return old == new


def cross_validated(plain):
    """An update's figures by the name of today, which says how they were evaluated."""
    if isinstance(plain, list):
        return [cross_validated(one) for one in plain]
    if not isinstance(plain, dict):
        return plain
    return {
        re.sub(r"_corrected$", "_cross_validated", key): cross_validated(value)
        for key, value in plain.items()
    }


def as_now(reasons):
    """Reasons by the rule of today: a value that cannot be read does not count as missing too."""
    codes = reasons.split(";")
    unreadable = any(code.startswith(("NOT_A_NUMBER(", "UNKNOWN_CATEGORY(")) for code in codes)
    return ";".join(c for c in codes if not (unreadable and c == "TOO_MANY_MISSING"))


def assert_same_answers(old, new, tolerance):
    """Every column; the ways in disagreed on some reasons then and agree now."""
    assert set(new) == set(old["columns"])
    for column, values in old["columns"].items():
        differ = [
            (row, value, now)
            for row, (value, now) in enumerate(zip(values, new[column], strict=True))
            if not same_answer(value, now, tolerance)
            and not (column == "reason" and now == as_now(value))
        ]
        assert not differ, (column, len(differ), differ[:10])


@every_frozen_model
def test_a_scored_file_is_the_same_to_the_bit(frozen, bundles, cohorts, exact, name, tmp_path):
    old = read_json(frozen / f"answers_{name}.json.gz")
    assert_same_answers(old, scored(bundles[name], cohorts["patients"], tmp_path), exact)


@pytest.fixture
def compared_as_then(monkeypatch):
    """Parts relative to the typical patient, who may have the exposure."""
    monkeypatch.setattr(
        "hiprisk.serving.reference.reference_patient",
        lambda sheet, config: ReferencePatient(patient=typical_patient(sheet), words="as then"),
    )


@in_whole_freezes
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.usefixtures("compared_as_then")
def test_one_patient_is_answered_and_explained_as_before(frozen, bundles, exact, close, name):
    old = read_json(frozen / f"explanations_{name}.json.gz")
    answers = read_json(frozen / f"answers_{name}.json.gz")["columns"]
    model, variables = hiprisk.load(bundles[name]), variables_of(bundles[name])
    rows = patients().iloc[old["rows"]].to_dict("records")
    for position, row, explained in zip(old["rows"], rows, old["explanations"], strict=True):
        new = model.explain(known_of(row, variables)).to_dict()
        assert_same(explained, new, close)
        for column, values in answers.items():
            answer = ";".join(new[column]) if isinstance(new[column], list) else new[column]
            assert same_answer(values[position], answer, exact), (position, column)


@in_whole_freezes
@pytest.mark.parametrize("name", MODELS)
def test_a_patient_who_was_refused_is_refused_with_the_same_code(frozen, bundles, name):
    old = read_json(frozen / f"explanations_{name}.json.gz")["refused"]
    model, variables = hiprisk.load(bundles[name]), variables_of(bundles[name])
    rows = patients()
    for position, code in list(old.items())[:100]:
        given = known_of(rows.iloc[int(position)], variables)
        with pytest.raises(hiprisk.InputError, match=r"\w") as refusal:
            model.explain(given)
        assert refusal.value.code == code, position


@in_whole_freezes
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.usefixtures("compared_as_then")
def test_predict_from_a_file_prints_what_was_explained(frozen, bundles, close, name, tmp_path):
    old = read_json(frozen / f"explanations_{name}.json.gz")
    row = patients().iloc[old["rows"][7]]
    asked = tmp_path / "patient.json"
    asked.write_text(json.dumps(known_of(row, variables_of(bundles[name]))), encoding="utf-8")
    printed, code = run_json("predict", bundles[name], "--from", asked, "--why")
    assert code == 0
    assert_same(old["explanations"][7], printed, close)


@every_frozen_estimator
def test_the_old_estimator_loads_and_predicts_what_it_predicted(frozen, bundles, exact, name):
    pytest.importorskip("skops", reason="the estimator needs the extra `train`")
    old = read_json(frozen / f"estimator_{name}.json.gz")
    estimator = load_estimator(bundles[name] / "estimator.skops")
    frame = typed(patients().iloc[old["rows"]], variables_of(bundles[name]))
    assert_same(old["predicted"], estimator.predict(frame).tolist(), exact)


@in_whole_freezes
def test_the_old_mlflow_model_loads_and_answers_to_the_bit(frozen, exact, tmp_path):
    pyfunc = pytest.importorskip("mlflow.pyfunc", reason="MLflow is in the extra `train`")
    for file in (frozen / "mlflow_model").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    unpack(frozen / "bundles" / "linear.tar.xz", tmp_path / "data" / "hiprisk_model" / "bundle")
    frame = patients().drop(columns="person_id")
    answered = pyfunc.load_model(str(tmp_path)).predict(frame.where(frame != "", None))
    assert_same_answers(read_json(frozen / "answers_linear.json.gz"), as_lists(answered), exact)


@in_whole_freezes
@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.usefixtures("percentiles_as_then")
def test_results_of_a_command_are_the_same(frozen, bundles, cohorts, close, name, tmp_path):
    pytest.importorskip("sklearn", reason="this needs the extra `train`")
    places = {**bundles, "new": cohorts["new_people"], "studies": STUDIES}
    new = result_of(name, places, tmp_path)
    old = read_json(frozen / "results" / f"{name}.json.gz")
    assert_same(cross_validated(old) if name.startswith("update") else old, new, close)


@in_whole_freezes
def test_ranks_of_one_more_move_the_ends_of_intervals_and_nothing_else(
    frozen, bundles, cohorts, close, tmp_path
):
    pytest.importorskip("sklearn", reason="this needs the extra `train`")
    places = {**bundles, "new": cohorts["new_people"], "studies": STUDIES}
    new = result_of("validate_logistic", places, tmp_path)
    old = read_json(frozen / "results" / "validate_logistic.json.gz")
    moved = compare(old, new, renames=RENAMES, tolerance=close).numbers
    assert moved
    ends = ("low", "high", "low[]", "high[]")
    places = {re.sub(r"\d+", "", path.rsplit(".", 1)[-1]).rsplit("_", 1)[-1] for path, *_ in moved}
    assert places <= set(ends)


@in_whole_freezes
@pytest.mark.usefixtures("percentiles_as_then")
def test_a_study_run_again_gives_the_same_evidence_and_sheet(bundles, close, tmp_path):
    pytest.importorskip("sklearn", reason="this needs the extra `train`")
    found, code = run_json(
        "train", STUDIES / f"{RETRAINED}.yaml", "--out", tmp_path, "--workers", 1
    )
    assert code == 0
    for part in ("evidence.json", "sheet.json"):
        old, new = read_json(bundles[RETRAINED] / part), read_json(f"{found['bundle']}/{part}")
        assert_same(old, new, close)


@in_whole_freezes
def test_the_frozen_folder_is_small_and_names_no_place(frozen):
    files = [path for path in HERE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert sum(path.stat().st_size for path in files) < 5 << 20
    texts = [path.read_text(encoding="utf-8") for path in (frozen / "mlflow_model").iterdir()]
    texts += [json.dumps(read_json(path)) for path in frozen.rglob("*.json*")]
    for text in texts:
        assert not any(place in text for place in (tempfile.gettempdir(), str(Path.home())))
