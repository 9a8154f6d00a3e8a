"""The README of a test pack."""

from hiprisk.serving.conformance.pack import make_pack
from hiprisk.serving.conformance.readme import readme
from hiprisk.serving.model import load
from small_bundle import write_small_bundle


def test_the_readme_says_what_to_answer_how_exactly_and_how_to_check(tmp_path):
    model = load(write_small_bundle(tmp_path))
    pack = make_pack(model, n_random=0)
    text = readme(model, pack, tolerance=1e-9, options=" --random 0")
    assert text.startswith("# Test pack of small version 1\n")
    assert f"{len(pack.vectors)} simulated patients" in text
    assert "`predicted`, `lower_80`, `upper_80`" in text
    assert "hiprisk testpack small@1 --check ANSWERS --random 0\n" in text
    assert "within 1e-09 of the one expected" in text
    assert "SIMULATED" in text
