"""``hiprisk sheet``: write a published model down, and read a sheet."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.show.output import (
    print_fields,
    print_json,
    print_lines,
    print_sentences,
    print_table,
    print_title,
)
from hiprisk.errors import ConfigError, HipRiskError
from hiprisk.outputs import check_output_folder

if TYPE_CHECKING:
    from hiprisk.bundle import Bundle, BundleContents
    from hiprisk.sheet.format import LinearModel, OrdinalModel, Sheet

EXAMPLE = """  hiprisk sheet new configs/published/invented_womac.yaml --out models
  hiprisk sheet show invented-womac"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.action == "new":
        return _new(options)
    return _show(options)


def _new(options: argparse.Namespace) -> int:
    check_output_folder(options.out)
    from importlib import metadata

    from hiprisk.bundle import BundleContents, read_bundle, write_bundle
    from hiprisk.config.published import load_published, located, plain
    from hiprisk.learning.sheets.published import published_sheet
    from hiprisk.reporting.results.external_card import published_card

    model = load_published(options.source)
    try:
        sheet = published_sheet(model)
    except ConfigError as problem:
        raise located(problem, options.source) from None
    declared = plain(model)
    contents = BundleContents(
        sheet=sheet,
        config={"name": model.name, "outcome": declared["outcome"], "published": declared},
        evidence={"summary": list(sheet.notes), "source": declared["source"], "metrics": {}},
        run={"written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())},
        card=published_card(sheet),
        cohort_fingerprint="none: a published model",
        created_with={"hiprisk": metadata.version("hiprisk")},
    )
    same = _identical(options.out / model.name, contents)
    bundle = same or read_bundle(write_bundle(options.out, model.name, contents))
    if options.json:
        print_json({**_described(bundle), "written": same is None})
    else:
        print_lines(
            f"written: {bundle.path}" if same is None
            else f"nothing written: {bundle.path} is identical",
            "",
        )  # fmt: skip
        _print_sheet(bundle)
    return 0


def _identical(folder: Path, contents: BundleContents) -> Bundle | None:
    """The newest version, where it is the same model from the same file."""
    from hiprisk.bundle import read_bundle
    from hiprisk.sheet.document.strict_json import canonical_json

    if not folder.is_dir():
        return None
    try:
        found = read_bundle(folder)
    except HipRiskError:
        return None
    same = found.sheet.to_json() == contents.sheet.to_json()
    same &= canonical_json(found.config) == canonical_json(contents.config)
    return found if same else None


def _show(options: argparse.Namespace) -> int:
    from hiprisk.bundle import read_bundle

    bundle = read_bundle(options.source, **expected(options))
    if options.json:
        print_json(_described(bundle, options.trusted_keys))
    else:
        _print_sheet(bundle, options.trusted_keys)
    return 0


def _described(bundle: Bundle, trusted_keys: Sequence[Path] = ()) -> dict[str, Any]:
    from hiprisk.bundle.signatures import read_trusted, signed_by
    from hiprisk.sheet.document.codec import encode

    sheet = encode(bundle.sheet)
    if not bundle.sheet.has_reference_population:
        for variable in sheet["variables"]:
            variable["weight"] = None
    return {
        "bundle": str(bundle.path),
        "name": bundle.name,
        "version": bundle.version,
        "bundle_sha256": bundle.sha256,
        "signed_by": signed_by(bundle.path, bundle.manifest, read_trusted(trusted_keys)),
        "lineage": bundle.lineage,
        "sheet": sheet,
    }


def _print_sheet(bundle: Bundle, trusted_keys: Sequence[Path] = ()) -> None:
    from hiprisk.bundle.signatures import read_trusted, signed_by
    from hiprisk.sheet.format import OrdinalModel, TreesModel
    from hiprisk.wording.availability import few_residuals_in_words
    from hiprisk.wording.disclaimers import model_warnings
    from hiprisk.wording.intercepts import formula_in_words
    from hiprisk.wording.reasons import range_text, weight_text
    from hiprisk.wording.trees import trees_in_words

    sheet = bundle.sheet
    print_title(sheet.title)
    print_sentences(*sheet.notes, *model_warnings(sheet.provenance))
    print_lines("")
    signers = signed_by(bundle.path, bundle.manifest, read_trusted(trusted_keys))
    print_fields(_fields(bundle, signers))
    print_lines("")
    print_table(
        ["variable", "meaning", "range or levels", "weight"],
        [[v.name, v.label, range_text(v), weight_text(sheet, v)] for v in sheet.variables],
    )
    print_lines("")
    if isinstance(sheet.model, TreesModel):
        print_lines(trees_in_words(sheet.model))
    else:
        if isinstance(sheet.model, OrdinalModel):
            print_lines(formula_in_words(sheet.model), "")
        print_table(["term", "form", "coefficients"], _terms(sheet.model))
    few = few_residuals_in_words(sheet)
    print_lines("", _scatter(sheet), *([few] if few else []), f"use: {sheet.intended_use}")


def _fields(bundle: Bundle, signers: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What the model is, by name."""
    from hiprisk.wording.sites import between_sites

    sheet, outcome = bundle.sheet, bundle.sheet.outcome
    yield "predicts", outcome.estimand
    yield (
        "outcome",
        f"{outcome.label} ({outcome.unit}; {outcome.variable}); higher is {outcome.higher_is}",
    )
    yield "model type", f"{sheet.family}, link {sheet.model.link}"
    yield "provenance", sheet.provenance
    yield "version", f"{bundle.name}@{bundle.version}, sha256 {bundle.sha256[:12]}"
    for signer in signers:
        yield "signed by", f"key {signer['key_sha256']}, {_how_sure(verified=signer['verified'])}"
    if sites := between_sites(sheet):
        yield "sites", sites
    if bundle.lineage is not None:
        made = bundle.lineage
        parent = f"{made.get('parent_name')}@{made.get('parent_version')}"
        yield "lineage", f"{made.get('method')} of {parent} on {made.get('n')} people"


def _how_sure(*, verified: bool) -> str:
    return "verified" if verified else "not verified (--trusted-key FILE does it)"


def _terms(model: LinearModel | OrdinalModel) -> list[list[str]]:
    from hiprisk.sheet.format import LinearModel
    from hiprisk.wording.intercepts import intercept_rows

    rows = []
    if isinstance(model, LinearModel):
        rows.append(["intercept", "", f"{model.intercept:.8g}"])
    for term in model.terms:
        knots = ", ".join(f"{knot:g}" for knot in term.knots)
        form = f"spline, knots {knots}" if knots else "linear"
        rows.append([term.column, form, ", ".join(f"{c:.8g}" for c in term.coefficients)])
    if not isinstance(model, LinearModel):
        rows += [[name, "intercept", f"{one:.8g}"] for name, one in intercept_rows(model)]
    return rows


def _scatter(sheet: Sheet) -> str:
    from hiprisk.sheet.format import LinearModel, OrdinalModel
    from hiprisk.wording.labels import unit_of_amount

    if sheet.distribution is not None:
        unit = unit_of_amount(sheet.outcome.unit)
        return f"residual standard deviation {sheet.residual_sd:.4g} {unit}".rstrip()
    if isinstance(sheet.model, OrdinalModel):
        return f"intervals from the probabilities of {len(sheet.model.values)} values of the score"
    if sheet.outcome.kind == "continuous":
        return "no prediction intervals: the residual distribution is not known"
    refits = sheet.model.refits if isinstance(sheet.model, LinearModel) else None
    return (
        f"{len(refits)} bootstrap models behind the intervals"
        if refits
        else "no intervals: no bootstrap models"
    )


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "sheet",
        description="new MODEL.yaml: write a published model down as a bundle that can be scored, "
        "validated and updated. show BUNDLE: print a model in full.",
        example=EXAMPLE,
    )
    parser.add_argument("action", choices=("new", "show"), metavar="new|show")
    parser.add_argument("source", metavar="MODEL.yaml|BUNDLE", help="YAML file, or a bundle")
    parser.add_argument("--out", type=Path, default=Path("models"), metavar="DIR",
                        help="folder of all models (default: models)")  # fmt: skip
    add_expected(parser)
    options = parser.parse_args(argv)
    if options.action == "new" and (options.expect_sha256 is not None or options.trusted_keys):
        raise ConfigError("--expect-sha256 and --trusted-key go with sheet show", code="USAGE")
    if options.action == "show" and options.out != Path("models"):
        raise ConfigError("--out goes with sheet new", code="USAGE")
    return options
