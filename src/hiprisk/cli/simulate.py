"""``hiprisk simulate``: a cohort whose truth is known."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path

from hiprisk.cli.options import Parser, whole_number
from hiprisk.cli.show.output import print_json, print_lines
from hiprisk.outputs import check_output_file, written_whole

EXAMPLE = """  hiprisk simulate --preset stupar --seed 1 --out cohort.csv
  hiprisk simulate --preset primary-care --n 5000 --seed 7 --lbp-effect 11.4 --out cohort.parquet"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    check_output_file(options.out, force=options.force)
    from hiprisk.cohort.files.table_writer import output_format, table_of, table_writer
    from hiprisk.cohort.simulation.simulate import SimulatedSites, simulate_cohort

    kind = output_format(options.out)

    cohort = simulate_cohort(
        options.preset,
        n=options.n,
        seed=options.seed,
        lbp_effect=options.lbp_effect,
        knee_share=options.knee_share,
        grain=options.grain,
        sites=SimulatedSites(number=options.sites, sd=options.site_sd),
    )
    with written_whole(options.out) as scratch:
        if kind == "parquet":
            cohort.frame.to_parquet(scratch, index=False)
        elif kind == "csv":
            cohort.frame.to_csv(scratch, index=False)
        else:
            with contextlib.closing(table_writer(scratch, kind)) as to:
                to.write(table_of({str(name): cells for name, cells in cohort.frame.items()}))
    made = {
        "out": str(options.out),
        "provenance": "simulated",
        "rows": len(cohort.frame),
        "preset": options.preset,
        "seed": options.seed,
        "lbp_effect": options.lbp_effect,
    }
    if options.json:
        print_json(made)
    else:
        print_lines(
            f"SIMULATED: {made['rows']} rows ({options.preset}, effect of back pain "
            f"{options.lbp_effect:g} points): {options.out}"
        )
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "simulate",
        description="Write a simulated cohort. Its patients do not exist; its parameters are "
        "modelling choices, not evidence.",
        example=EXAMPLE,
    )
    parser.add_argument("--preset", choices=["stupar", "primary-care"], default="stupar")
    parser.add_argument("--n", type=whole_number(1), metavar="N",
                        help="people with hip osteoarthritis (default: the preset's)")  # fmt: skip
    parser.add_argument("--seed", type=whole_number(0), required=True, metavar="S")
    parser.add_argument(
        "--lbp-effect",
        type=float,
        default=5.0,
        metavar="E",
        help="points that back pain adds at follow-up (0, 5, 11.4; default 5)",
    )
    parser.add_argument(
        "--knee-share",
        type=float,
        default=0.0,
        metavar="P",
        help="share of people with knee osteoarthritis, in whom the effect is 0",
    )
    parser.add_argument("--sites", type=whole_number(1), default=10, metavar="N",
                        help="number of sites (default: 10)")  # fmt: skip
    parser.add_argument("--site-sd", type=float, default=0.0, metavar="SD",
                        help="standard deviation between sites of the points that a site adds at "
                        "follow-up (default: 0)")  # fmt: skip
    parser.add_argument("--grain", choices=["person", "hip"], default="person",
                        help="what a row is (default: person)")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="FILE",
                        help=".parquet for Parquet, else CSV")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    return parser.parse_args(argv)
