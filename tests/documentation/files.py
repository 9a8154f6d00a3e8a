"""Files that the commands of a page read, made of simulated people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd

import fhir_records
import nhs_pack
import redcap_project
from documentation import stupar
from documentation.blocks import ROOT
from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort
from tutorial_pages import SAMPLE

DEMO_SEED = 77  # of `hiprisk demo`


def prepare(page: str) -> None:
    """What a reader has in the folder: the project's configs, the demo's files, and the page's."""
    Path("configs").symlink_to(ROOT / "configs")
    bundle = stupar.unpack(Path("models"))
    shutil.copytree(bundle, "demo/models/stupar/1")
    simulate_cohort("stupar", n=200, seed=DEMO_SEED).frame.to_csv(
        "demo/new_people.csv", index=False
    )
    OF_PAGE.get(page, _nothing)()


def untracked(folder: Path) -> list[str]:
    """What a page left in the project's folder that `git status` would show there."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = [line.strip("/") for line in lines if line.startswith("/")]
    left = [one.name for one in folder.iterdir() if one.name not in ("configs", "models")]
    return sorted(name for name in left if not any(fnmatch(name, one) for one in ignored))


def _nothing() -> None:
    pass


def _people(*names: str, n: int = 120) -> Callable[[], None]:
    def make() -> None:
        for seed, name in enumerate(names, start=4):
            simulate_cohort("stupar", n=n, seed=seed).frame.to_csv(name, index=False)

    return make


def _patient() -> None:
    values = {"age_years": 63, "sex": "female", "womac_function_0_100": 45, "lbp_any": "yes"}
    Path("patient.json").write_text(json.dumps(values), encoding="utf-8")


def _cohort_files() -> None:
    """An export with its own names and codes, and the same people as other tables."""
    _people("y2023.csv", "y2024.csv", "y2025.csv")()
    people = simulate_cohort("stupar", n=300, seed=6).frame
    own = people.drop(columns="joint").rename(columns={"age_years": "Age", "sex": "gender"})
    own["gender"] = own["gender"].map({"male": "1", "female": "2"})
    own.to_csv("export.csv", index=False)
    own.head(30).to_csv("new_patients.csv", index=False)
    people.head(40).to_csv("windows.csv", index=False, encoding="cp1252")
    with pd.ExcelWriter("cohort.xlsx") as workbook:
        people.head(40).to_excel(workbook, sheet_name="Baseline", index=False)
        people.head(5).to_excel(workbook, sheet_name="Notes", index=False)
    nhs_pack.write_packs(Path())
    later = [name for name in people if "followup" in name]
    people["person_id"] = [f"{number:04}" for number in range(len(people))]
    people.drop(columns=later).to_csv("baseline.csv", index=False)
    people[["person_id", *later]].to_csv("followup.csv", index=False)
    Path("redcap.csv").write_text(redcap_project.export(), encoding="utf-8")


def _two_versions() -> None:
    _people("newcohort.csv", n=200)()
    _people("some.csv", n=200)()
    assert main(["update", "stupar", "some.csv", "--method", "recalibrate"]) == 0


def _cases_and_controls() -> None:
    people = simulate_cohort("stupar", n=300, seed=5).frame
    people["risk"] = people["lbp_any"].map({"yes": 0.6, "no": 0.4}) + 0.002 * people["age_years"]
    people.to_csv("cases_and_controls.csv", index=False)


def _records() -> None:
    if SAMPLE.is_file():
        Path("nhs.csv").symlink_to(SAMPLE.resolve())


def _record() -> None:
    shutil.copy("configs/fhir/site_example.yaml", "my_codes.yaml")
    record = fhir_records.bundle(
        fhir_records.patient(),
        fhir_records.observation(
            "womac-function-likert-sum",
            valueQuantity={"value": 31, "system": "http://unitsofmeasure.org", "code": "{score}"},
        ),
    )
    Path("bundle.json").write_text(json.dumps(record), encoding="utf-8")


OF_PAGE: dict[str, Callable[[], None]] = {
    "docs/how-to/associate.md": _people("cohort.csv", n=250),
    "docs/how-to/bedside.md": _patient,
    "docs/how-to/cohorts.md": _cohort_files,
    "docs/how-to/compare-models.md": _two_versions,
    "docs/how-to/expected.md": _people("new.csv", n=200),
    "docs/how-to/validate-samples.md": _cases_and_controls,
    "docs/tutorials/nhs-published.md": _records,
    "docs/how-to/mlflow.md": _people("clinic.csv", "this_month.csv", n=200),
    "docs/how-to/record-system.md": _record,
    "docs/how-to/signatures.md": _people("cohort.csv"),
    "docs/how-to/several-files.md": _cohort_files,
    "docs/how-to/sites.md": _people("new_centres.csv", n=400),
    "docs/how-to/use.md": _people("cohort.csv"),
}
