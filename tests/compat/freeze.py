"""Freeze what the code at hand answers, so that later code can be compared with it.

    python tests/compat/freeze.py issue_08 [--small [--models M ...]] [--all-explanations FILE]

Trains the small studies of studies/, writes their bundles, an MLflow model, a published sheet and
every answer into tests/compat/issue_08 (refused if it is there already). Takes about two minutes.
With --small: bundles, what they answer and what their estimators predict, nothing else. The
patients and the cohort of inputs/ are simulated; they are made once and used ever after.
"""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

for thread_setting in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(thread_setting, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import hiprisk  # noqa: E402
from compat.estimator import load_estimator  # noqa: E402
from compat.frozen import (  # noqa: E402
    HERE,
    INPUTS,
    LATER,
    MODEL_TYPES,
    MODELS,
    PUBLISHED,
    RESULTS,
    STUDIES,
    as_lists,
    known_of,
    made_with,
    pack,
    patients,
    result_of,
    run_json,
    scored,
    typed,
    unpacked_cohort,
    variables_of,
    write_packed,
)

N_PATIENTS, N_EXPLAINED, N_NEW = 2000, 100, 300
KEPT = (
    "sheet.json", "config.json", "evidence.json", "study.json", "run.json", "card.md",
    "estimator.skops",
)  # fmt: skip
VARIABLES = (
    "age_years", "sex", "bmi_kg_m2", "comorbidity_count", "knee_oa", "kl_grade",
    "womac_function_0_100", "womac_pain_0_100", "lbp_any", "lbp_nrs_0_10",
    "hip_flexion_right_deg", "hip_flexion_left_deg", "hip_internal_rotation_right_deg",
    "hip_internal_rotation_left_deg",
)  # fmt: skip
CATEGORIES = ("sex", "knee_oa", "lbp_any")
# Texts on which every way in agrees. Those on which they do not (unknown, #N/A, 1e301, 1.0 for
# the level 1) have a test of their own and are left out here.
SPOILED = ("12x", "-999", "1e9", "four", "true", "3,5")
UNKNOWN_LEVELS = ("maybe", "2", "femal", "JA")
UNUSUAL = {
    "age_years": ("18", "104.5", "110"), "bmi_kg_m2": ("10", "61.2", "80"),
    "comorbidity_count": ("0", "19", "30"), "kl_grade": ("0", "4"),
    "womac_function_0_100": ("0", "99.9", "100"), "womac_pain_0_100": ("0", "100"),
    "lbp_nrs_0_10": ("0", "10"), "hip_flexion_right_deg": ("0", "3", "160"),
    "hip_flexion_left_deg": ("1.5", "159.9"), "hip_internal_rotation_right_deg": ("-30", "80"),
    "hip_internal_rotation_left_deg": ("-12.5", "79"),
}  # fmt: skip


def make_inputs(scratch):
    """The patients and the cohort of new people, where they are not there yet."""
    INPUTS.mkdir(exist_ok=True)
    if not (INPUTS / "new_people.csv.gz").exists():
        new = simulated(scratch, n=N_NEW, seed=77)
        (INPUTS / "new_people.csv.gz").write_bytes(gzip.compress(new.read_bytes(), 9, mtime=0))
    if not (INPUTS / "patients.csv.gz").exists():
        text = make_patients(simulated(scratch, n=N_PATIENTS, seed=2009)).to_csv(index=False)
        (INPUTS / "patients.csv.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def simulated(scratch, *, n, seed):
    """A cohort file of simulated people."""
    path = scratch / f"simulated_{seed}.csv"
    run_json("simulate", "--preset", "stupar", "--n", n, "--seed", seed, "--out", path)
    return path


def make_patients(path):
    """Simulated people as text, with cells emptied, unusual and spoiled."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)[["person_id", *VARIABLES]]
    rng = np.random.default_rng(2009)
    for position in range(len(frame)):
        row = frame.loc[position, list(VARIABLES)].to_dict()
        frame.loc[position, list(VARIABLES)] = list(_changed(row, rng).values())
    return frame


def _changed(row, rng):
    share = rng.choice([0.0, 0.1, 0.3, 0.6, 0.9], p=[0.2, 0.3, 0.25, 0.15, 0.1])
    row = {name: "" if rng.random() < share else text for name, text in row.items()}
    kind, name = rng.random(), str(rng.choice(VARIABLES))
    if kind < 0.06:
        row[name] = str(rng.choice(UNKNOWN_LEVELS if name in CATEGORIES else SPOILED))
    elif kind < 0.09:
        row["kl_grade" if rng.random() < 0.5 else "comorbidity_count"] = "2.5"
    elif kind < 0.11:
        row |= {angle: f"{rng.uniform(0.2, 2.0):.3f}" for angle in VARIABLES if "_deg" in angle}
    elif kind < 0.25:
        other = str(rng.choice(list(UNUSUAL)))
        row[other] = str(rng.choice(UNUSUAL[other]))
    return row


def make_bundles(scratch, models=MODELS):
    """Train the small studies and write the published model down; their folders by name."""
    places = {}
    for name in models:
        if name == "published":
            continue
        found, code = run_json(
            "train", STUDIES / f"{name}.yaml", "--out", scratch / "models", "--workers", 1
        )
        if code:
            raise SystemExit(f"training {name} ended with {code}: {found}")
        places[name] = Path(found["bundle"])
        slim(places[name])
    if "published" in models:
        run_json("sheet", "new", PUBLISHED, "--out", scratch / "models")
        places["published"] = scratch / "models" / "invented-womac" / "1"
    return places


def slim(folder):
    """Take report, figures and tables out of a bundle and write its manifest anew."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if path.read_bytes() != _canonical(manifest):
        raise SystemExit("the manifest is written in another way now: see to slim()")
    manifest["files"] = {name: one for name, one in manifest["files"].items() if name in KEPT}
    del manifest["manifest_sha256"]
    manifest["manifest_sha256"] = hashlib.sha256(_canonical(manifest)).hexdigest()
    path.write_bytes(_canonical(manifest))
    for file in sorted(folder.rglob("*")):
        if file.is_file() and str(file.relative_to(folder)) not in (*KEPT, "manifest.json"):
            file.unlink()
    for inner in ("figures", "tables"):
        shutil.rmtree(folder / inner, ignore_errors=True)


def _canonical(value):
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def make_mlflow_model(bundle, scratch, out):
    """The MLflow model of a bundle as it is logged, without the bundle and without the wheel."""
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{scratch / 'mlflow.db'}"
    here = Path.cwd()
    os.chdir(scratch)
    try:
        run_json("track", bundle)
    finally:
        os.chdir(here)
    model = next(scratch.rglob("MLmodel")).parent
    out.mkdir()
    for file in ("MLmodel", "requirements.txt", "conda.yaml", "python_env.yaml"):
        text = (model / file).read_text(encoding="utf-8").replace(str(model), "model")
        (out / file).write_text(text, encoding="utf-8")


def explain_all(bundle):
    """What the model explains of every patient, or the code of its refusal."""
    model, variables = hiprisk.load(bundle), variables_of(bundle)
    found = []
    for row in patients().to_dict("records"):
        try:
            found.append(model.explain(known_of(row, variables)).to_dict())
        except hiprisk.InputError as refusal:
            found.append({"refused": refusal.code})
    return found


def frame_reasons(bundle, answers):
    """Rows that a table in Python refuses with other words than a file; all else must agree."""
    asked = patients().drop(columns="person_id")
    found = as_lists(hiprisk.load(bundle).score(asked.where(asked != "", None)))
    if any(found[name] != answers[name] for name in answers if name != "reason"):
        raise SystemExit("a file and a table in Python are answered differently")
    both = enumerate(zip(answers["reason"], found["reason"], strict=True))
    return {str(row): there for row, (here, there) in both if here != there}


def freeze_explanations(bundle, path):
    """A hundred explanations in full, and one hash over all."""
    found = explain_all(bundle)
    usable = [position for position, one in enumerate(found) if "refused" not in one]
    rows = usable[:: max(len(usable) // N_EXPLAINED, 1)][:N_EXPLAINED]
    write_packed(
        path,
        {
            "rows": rows,
            "explanations": [found[row] for row in rows],
            "refused": {str(n): one["refused"] for n, one in enumerate(found) if "refused" in one},
            "sha256_of_all": hashlib.sha256(_canonical(found)).hexdigest(),
        },
    )
    return found


def freeze_estimator(bundle, answers, path):
    """What the kept estimator predicts of the patients that the sheet predicts."""
    rows = [row for row, reason in enumerate(answers["reason"]) if not reason]
    estimator = load_estimator(bundle / "estimator.skops")
    predicted = estimator.predict(typed(patients().iloc[rows], variables_of(bundle)))
    write_packed(path, {"rows": rows, "predicted": predicted.tolist()})


def freeze_small(out, models, *, commit):
    """Write bundles, answers and the estimators' predictions into a folder."""
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        places = make_bundles(scratch, models)
        cohort = unpacked_cohort("patients", scratch)
        (out / "bundles").mkdir(parents=True)
        for name in models:
            pack(places[name], out / "bundles" / f"{name}.tar.xz")
            answers = scored(places[name], cohort, scratch)
            write_packed(out / f"answers_{name}.json.gz", {"columns": answers})
            if (places[name] / "estimator.skops").exists():
                freeze_estimator(places[name], answers, out / f"estimator_{name}.json.gz")
    write_origin(out, commit)


def write_origin(out, commit):
    """Write down the code and the libraries that the frozen answers come from."""
    text = json.dumps({"commit": commit, **made_with()}, indent=2)
    (out / "made_with.json").write_text(text + "\n", encoding="utf-8")


def freeze(out, *, commit, all_explanations):
    """Write every frozen file into a folder."""
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        make_inputs(scratch)
        places = make_bundles(scratch)
        (out / "bundles").mkdir(parents=True)
        for name in MODELS:
            pack(places[name], out / "bundles" / f"{name}.tar.xz")
        make_mlflow_model(places["linear"], scratch, out / "mlflow_model")
        cohort = unpacked_cohort("patients", scratch)
        explained = {}
        for name in MODELS:
            answers = scored(places[name], cohort, scratch)
            other = frame_reasons(places[name], answers)
            frozen = {"columns": answers, "reasons_in_python": other}
            write_packed(out / f"answers_{name}.json.gz", frozen)
            explained[name] = freeze_explanations(
                places[name], out / f"explanations_{name}.json.gz"
            )
            if name in MODEL_TYPES:
                freeze_estimator(places[name], answers, out / f"estimator_{name}.json.gz")
        new = unpacked_cohort("new_people", scratch)
        texts = {name: str(place) for name, place in places.items()}
        texts |= {"new": str(new), "studies": str(STUDIES)}
        (out / "results").mkdir()
        for name in RESULTS:
            updated = scratch / "updated" / name
            write_packed(out / "results" / f"{name}.json.gz", result_of(name, texts, updated))
    write_origin(out, commit)
    if all_explanations:
        write_packed(all_explanations, explained)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="folder below tests/compat, for instance issue_08")
    parser.add_argument("--commit", help="of the code (default: what git says)")
    parser.add_argument("--small", action="store_true", help="bundles and answers alone")
    parser.add_argument(
        "--models", nargs="+", choices=(*MODELS, *LATER), default=MODELS, help="with --small"
    )
    parser.add_argument("--all-explanations", type=Path, help="write those of all patients there")
    options = parser.parse_args()
    out = HERE / options.name
    if out.exists():
        raise SystemExit(f"{out.name} is there already; what is frozen is not written over")
    commit = (
        options.commit
        or subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True, check=True
        ).stdout.strip()
    )
    if options.small:
        freeze_small(out, options.models, commit=commit)
    else:
        freeze(out, commit=commit, all_explanations=options.all_explanations)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    sys.stdout.write(f"{out.name}: {size / 1024:.0f} KiB\n")


if __name__ == "__main__":
    main()
