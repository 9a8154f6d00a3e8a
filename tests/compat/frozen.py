"""The frozen files: how they are packed, read, and which commands made them."""

import contextlib
import gzip
import io
import json
import platform
import tarfile
from importlib import metadata
from pathlib import Path

import pandas as pd

from hiprisk.cli import main

HERE = Path(__file__).resolve().parent
INPUTS = HERE / "inputs"
STUDIES = HERE / "studies"
PUBLISHED = HERE.parents[1] / "configs" / "published" / "invented_womac.yaml"
MODEL_TYPES = ("linear", "boosting", "logistic")
MODELS = (*MODEL_TYPES, "published")
# Kinds of sheets that came later, in the freezes that have them.
LATER = ("ordinal", "named_sites", "forest")
TEXTS = ("imputed", "flags", "reason")

# Results of which every number is frozen. {linear} and so on are bundles, {new} is the cohort
# of new people, {out} an empty folder.
RESAMPLES = ("--resamples", "50")
RESULTS = {
    "validate_linear": ("validate", "{linear}", "{new}", *RESAMPLES, "--by", "sex", "lbp_any"),
    "validate_boosting": ("validate", "{boosting}", "{new}", *RESAMPLES, "--by"),
    "validate_logistic": ("validate", "{logistic}", "{new}", *RESAMPLES, "--by", "sex"),
    "update_intercept": ("update", "{linear}", "{new}", *RESAMPLES, "--method", "intercept"),
    "update_recalibrate": ("update", "{boosting}", "{new}", *RESAMPLES, "--method", "recalibrate"),
    "update_reestimate": (
        "update", "{linear}", "{new}", *RESAMPLES, "--method", "reestimate",
        "--shrinkage", "heuristic",
    ),
    "update_linear": ("update", "{linear}", "{new}", *RESAMPLES, "--method", "closed-test"),
    "update_logistic": ("update", "{logistic}", "{new}", *RESAMPLES, "--method", "closed-test"),
    "drift_linear": ("drift", "{linear}", "{new}"),
    "drift_boosting": ("drift", "{boosting}", "{new}", "--time", "baseline_date"),
    "drift_logistic": ("drift", "{logistic}", "{new}"),
    "compare_linear": ("compare", "{studies}/linear.yaml", "--resamples", "20", "--workers", "1"),
    "compare_logistic": (
        "compare", "{studies}/logistic.yaml", "--resamples", "20", "--workers", "1", "--fast",
    ),
    "associate_linear": ("associate", "{studies}/linear.yaml"),
}  # fmt: skip


def made_with():
    """Versions of the packages and kinds of linear algebra that figures depend on."""
    # Asked for only here: both come with the extra `train`.
    import scipy.linalg  # noqa: F401  # brings its own linear algebra, which is listed below
    import threadpoolctl

    blas = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
    packages = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "skops", "mlflow")
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "blas": sorted({f"{one['internal_api']} {one.get('architecture')}" for one in blas}),
        "packages": {name: metadata.version(name) for name in packages},
    }


def run_json(*argv):
    """What a command prints with --json, and its exit code."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()) as told:
        code = main([*map(str, argv), "--json"])
    if not printed.getvalue():
        raise AssertionError(f"{argv[0]} printed nothing: {told.getvalue()}")
    return json.loads(printed.getvalue()), code


def result_of(name, places, out):
    """One of RESULTS, and of an update the sheet and the evidence of the bundle it wrote."""
    argv = [part.format(**places, out=out) for part in RESULTS[name]]
    if argv[0] == "update":
        argv += ["--out", str(out)]
    found, code = run_json(*argv)
    if code != 0:
        raise AssertionError(f"{name} ended with {code}: {found}")
    if argv[0] == "update" and found["bundle"]:
        folder = Path(found["bundle"])
        found["written"] = {
            part: json.loads((folder / f"{part}.json").read_text(encoding="utf-8"))
            for part in ("sheet", "evidence")
        }
        found["bundle"] = None
    return found


def scored(bundle, cohort, out):
    """The columns that scoring adds to a cohort file, as lists; None where there is no number."""
    run_json("score", bundle, cohort, "--out", out / "scored.parquet", "--force")
    frame = pd.read_parquet(out / "scored.parquet")
    own = set(patients().columns)
    return as_lists(frame[[name for name in frame.columns if name not in own]])


def as_lists(frame):
    """Columns of answers as JSON has them."""
    found = {}
    for name in frame.columns:
        if name in TEXTS:
            found[name] = ["" if pd.isna(text) else str(text) for text in frame[name]]
        else:
            found[name] = [None if pd.isna(value) else float(value) for value in frame[name]]
    return found


def patients():
    """The frozen patients as text cells; an empty text is not known."""
    return pd.read_csv(INPUTS / "patients.csv.gz", dtype=str, keep_default_na=False)


def variables_of(bundle):
    """Kind of each variable of a bundle's model, by name."""
    sheet = json.loads((bundle / "sheet.json").read_text(encoding="utf-8"))
    return {one["name"]: one["kind"] for one in sheet["variables"]}


def known_of(row, variables):
    """What is known of one patient, by variable."""
    return {name: row[name] for name in variables if row.get(name)}


def typed(frame, variables):
    """Text cells as a frame whose numbers are floats, its categories text or None.

    The patients have no site: a model with named sites knows none of theirs.
    """
    frame = frame.reindex(columns=[*variables], fill_value="")
    columns = {}
    for name, kind in variables.items():
        known = frame[name].astype(object).where(frame[name] != "", None)
        columns[name] = known.astype(float) if kind == "number" else known
    return pd.DataFrame(columns, index=frame.index)


def unpacked_cohort(name, out):
    """A packed cohort file as the CSV that commands read."""
    path = out / f"{name}.csv"
    path.write_bytes(gzip.decompress((INPUTS / f"{name}.csv.gz").read_bytes()))
    return path


def unpack(archive, out):
    """The folder of a packed bundle."""
    with tarfile.open(archive) as packed:
        packed.extractall(out, filter="data")
    return out


def pack(folder, archive):
    """A folder as an archive that is the same twice."""
    with tarfile.open(archive, "w:xz", preset=9) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
                entry.size = path.stat().st_size
                with path.open("rb") as stream:
                    packed.addfile(entry, stream)


def write_packed(path, value):
    """A JSON value; numbers keep every bit, since Python writes the shortest exact decimal."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
