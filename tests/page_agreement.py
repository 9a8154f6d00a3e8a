"""A sheet's page against Python: the same answer, number for number."""

import dataclasses

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.errors import InputError
from hiprisk.serving.model import load

NOT_ON_THE_PAGE = ("reason", "estimand", "provenance", "intended_use", "bundle_sha256")


def model_of(root, sheet, name="page", config=None):
    contents = BundleContents(
        sheet=dataclasses.replace(sheet, name=name),
        config=config or {}, evidence={}, run={}, card="", cohort_fingerprint="0" * 64,
        created_with={},
    )  # fmt: skip
    return load(write_bundle(root, name, contents))


def expected_of(model, patient):
    """Python's answer; the code of its refusal where there is none."""
    try:
        found = model.explain(patient).to_dict()
    except InputError as refusal:
        return {"refused": refusal.code}
    return {key: value for key, value in found.items() if key not in NOT_ON_THE_PAGE}


def largest_difference(one, other, path=""):
    """Largest relative difference of numbers; anything else must be equal."""
    if isinstance(one, float | int) and not isinstance(one, bool):
        assert isinstance(other, float | int), path
        return abs(one - other) / max(1.0, abs(one))
    if isinstance(one, dict):
        assert sorted(one) == sorted(other), path
        return max((largest_difference(one[k], other[k], f"{path}.{k}") for k in one), default=0.0)
    if isinstance(one, list):
        assert len(one) == len(other), path
        pairs = zip(one, other, strict=True)
        return max((largest_difference(a, b, f"{path}[]") for a, b in pairs), default=0.0)
    assert one == other, path
    return 0.0


def in_one_order(answer):
    """Measurements by name: two of the same worth may come in either order."""
    # Nothing is to be measured next where nobody is known to compare with.
    if answer.get("explanation", {}).get("next_measurements"):
        answer["explanation"]["next_measurements"].sort(key=lambda item: item["variable"])
    return answer


def worst_difference(tab, model, patients):
    """Largest relative difference of an open page over patients, and how many it refused."""
    answers = tab.evaluate("(all) => all.map((one) => window.hiprisk.explain(one))", patients)
    worst, refused = 0.0, 0
    for patient, answer in zip(patients, answers, strict=True):
        expected = expected_of(model, patient)
        if "refused" in answer:
            refused += 1
            assert expected == {"refused": answer["refused"][0]["code"]}
            continue
        worst = max(worst, largest_difference(in_one_order(expected), in_one_order(answer)))
    return worst, refused
