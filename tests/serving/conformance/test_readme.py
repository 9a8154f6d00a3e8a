"""The README of a test pack."""

from hiprisk.serving.conformance.readme import readme
from hiprisk.serving.model import load
from hiprisk.sheet.answers import column_names
from small_bundle import write_small_bundle


def test_the_readme_says_what_to_answer_how_exactly_and_how_to_check(tmp_path):
    model = load(write_small_bundle(tmp_path))
    columns = column_names(model.evaluator)
    text = readme(model, columns=columns, n_vectors=40, tolerance=1e-9, options=" --random 0")
    assert text.startswith("# Test pack of small version 1\n")
    assert "40 simulated patients" in text
    assert "`predicted`, `lower_80`, `upper_80`" in text
    assert "hiprisk testpack small@1 --check ANSWERS --random 0\n" in text
    assert "within 1e-09 of the one expected" in text
    assert "SIMULATED" in text
    assert "relative to an average patient of the development cohort without low back pain" in text
    assert '"lbp_any": "no"' in text
