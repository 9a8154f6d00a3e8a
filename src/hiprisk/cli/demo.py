"""``hiprisk demo``: the main job on a simulated cohort, from config to one patient."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, whole_number
from hiprisk.cli.show.layout import wrapped
from hiprisk.cli.show.output import Progress, print_json, print_lines, print_table
from hiprisk.cli.show.terminal import columns
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_folder

if TYPE_CHECKING:
    from hiprisk.study import StudyResult

EXAMPLE = "  hiprisk demo --config configs/stupar.yaml --out demo"
MARK = ".hiprisk-demo"
NEW_PATIENTS_SEED = 77
CONTINUED = " \\"
TRY = {"age_years": 58, "sex": "male", "womac_function_0_100": 30, "lbp_any": "no"}
PATIENT = {
    "age_years": 63,
    "sex": "female",
    "bmi_kg_m2": 27.5,
    "womac_function_0_100": 45,
    "lbp_any": "yes",
    "hip_internal_rotation_right_deg": 12,
}


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    out = options.out.resolve()
    _make_afresh(options.out, out)
    os.environ.setdefault("MLFLOW_TRACKING_URI", f"sqlite:///{out / 'mlflow.db'}")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from hiprisk.cli.show.prediction import show_prediction
    from hiprisk.cli.train import show_result
    from hiprisk.cohort.simulation.simulate import simulate_cohort
    from hiprisk.config import load_config
    from hiprisk.serving.calculator.building import build_page
    from hiprisk.serving.files.score import score_file
    from hiprisk.serving.model import Model, load
    from hiprisk.study import run_study

    config = load_config(options.config)
    if not options.json:
        print_lines(f"1. Training: {config.title}")
    result = run_study(config, out=out / "models", workers=options.workers, progress=Progress())
    if not options.json:
        show_result(result)
    model: Model = load(result.bundle)
    cohort_file, scored_file = out / "new_people.csv", out / "scored.csv"
    page = out / "calculator.html"
    simulate_cohort("stupar", n=200, seed=NEW_PATIENTS_SEED).frame.to_csv(cohort_file, index=False)
    scored = score_file(model, cohort_file, scored_file)
    page.write_text(build_page(model), encoding="utf-8")
    prediction = model.explain(PATIENT)
    if options.json:
        print_json(
            {**result.to_dict(), "scored": scored.to_dict(), "patient": prediction.to_dict()}
        )
        return 0
    print_lines("", f"2. Scored {scored.n_rows - scored.n_refused} of {scored.n_rows} new patients")
    given = ", ".join(f"{name} {value}" for name, value in PATIENT.items())
    print_lines("", f"3. One patient: {given}", "")
    show_prediction(model, prediction)
    _show_places(result, scored_file=scored_file, page=page)
    _show_next(result.bundle.parent, cohort_file)
    return 0


def _show_places(result: StudyResult, *, scored_file: Path, page: Path) -> None:
    print_lines("", "Where everything is:")
    print_table(
        ["what", "where"],
        [
            ["report", str(result.bundle / "report.html")],
            ["model card", str(result.bundle / "card.md")],
            ["figures", str(result.bundle / "figures")],
            ["bundle", str(result.bundle)],
            ["MLflow store", str(result.mlflow_store)],
            ["scored file", str(scored_file)],
            ["calculator page", str(page)],
        ],
    )
    viewer = Path(sys.argv[0]).with_name("mlflow")
    program = _from_here(viewer) if viewer.is_file() else "mlflow"
    print_lines("", "See the runs:")
    _print_commands(f"{program} ui --backend-store-uri {result.mlflow_store}")


def _make_afresh(named: Path, out: Path) -> None:
    """An empty folder; one that is there goes only if an earlier demo made it."""
    check_output_folder(named)
    if out.exists():
        if any(out.iterdir()) and not (out / MARK).is_file():
            raise ConfigError(
                "the folder exists and no demo made it",
                code="EXISTS",
                file=out.name,
                advice="name a folder that is not there yet",
            )
        shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("hiprisk demo made this folder and may replace it\n", encoding="utf-8")


def _show_next(model: Path, cohort_file: Path) -> None:
    """Commands to try next, as they are to be typed here."""
    program, bundle, cohort = map(_from_here, (Path(sys.argv[0]), model, cohort_file))
    if Path(program).suffix == ".py":
        program = "hiprisk"
    patient = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in TRY.items())
    print_lines(
        "",
        "Try next (models in another folder than ./models are named by their path):",
    )
    _print_commands(
        f"{program} predict {bundle} {patient} --why",
        f"{program} predict {bundle}",
        f"{program} validate {bundle} {cohort} --by sex",
        f"{program} serve {bundle}",
    )


def _print_commands(*commands: str) -> None:
    """Commands, whose lines can be copied: one that is too wide goes on after a backslash."""
    for command in commands:
        *first, last = wrapped(f"  {command}", columns() - len(CONTINUED), hanging=2)
        print_lines(*(line + CONTINUED for line in first), last)


def _from_here(path: Path) -> str:
    """A path as short as it can be typed; a name on the PATH as it is."""
    path = path.absolute()
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return shlex.quote(str(shown))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "demo",
        description="Train on a simulated Stupar-like cohort, score a file of new simulated "
        "patients and predict one patient.",
        example=EXAMPLE,
    )
    parser.add_argument("--config", type=Path, default=Path("configs/stupar.yaml"), metavar="FILE")
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR")
    parser.add_argument("--workers", type=whole_number(1), default=os.cpu_count() or 1, metavar="N")
    return parser.parse_args(argv)
