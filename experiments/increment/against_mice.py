"""What `hiprisk compare` says of blocks on completed people, beside R mice and mitml on the same.

Imputes a study as `compare` does, writes the completed people and hiprisk's tests, coefficients and
shares of new information, and lets R work all of them out anew (`against_mice.R`).

    python experiments/increment/against_mice.py configs/stupar.yaml
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.config import load_config
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import prepare_comparison, resolved_comparison
from hiprisk.inference.increment.block_tests import coefficients_of, fit_unpenalised, tests_of
from hiprisk.learning.candidates import development_data
from hiprisk.learning.study_cohort import select_study_participants


def write(config_file: Path, overrides: list[str], folder: Path) -> None:
    """Completed people as ``people.csv``, what hiprisk made of them as ``ours.json``."""
    config, dictionary = load_config(config_file, overrides=overrides), load_dictionary()
    people = select_study_participants(config)[1].development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    procedure, imputed, added = prepare_comparison(
        config, dictionary, data, design, resolved_comparison(config, None)
    )
    fit, _ = procedure.apparent(imputed)
    unpenalised = fit_unpenalised(procedure.models, imputed.bases, procedure.evaluation.observed)
    parts = []
    for number, basis in enumerate(unpenalised.bases, start=1):
        part = pd.DataFrame(basis, columns=[f"x{place}" for place in range(basis.shape[1])])
        parts.append(part.assign(y=unpenalised.y, imputation=number))
    pd.concat(parts).to_csv(folder / "people.csv", index=False, float_format="%.17g")
    ours = {
        "link": procedure.models.link,
        "members": [members.tolist() for members in procedure.models.members],
        "models": [
            {
                "blocks": blocks,
                "tests": [test.to_dict() for test in tests_of(unpenalised, model)],
                "coefficients": [one.to_dict() for one in coefficients_of(unpenalised, model)],
                "share": 1.0 - fit.likelihood_ratios[0] / fit.likelihood_ratios[model],
            }
            for model, blocks in enumerate(added, start=1)
        ],
    }
    (folder / "ours.json").write_text(json.dumps(ours), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="A.B=VALUE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write(options.config, options.set, Path(name))
        script = Path(__file__).with_suffix(".R")
        subprocess.run(["Rscript", str(script), name], check=True)


if __name__ == "__main__":
    main()
