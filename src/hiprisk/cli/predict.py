"""``hiprisk predict``: one patient."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.options import Parser
from hiprisk.cli.output import print_json, print_lines, print_table
from hiprisk.errors import ConfigError, InputError, StoreError

if TYPE_CHECKING:
    from hiprisk.serving.patient import Model, PatientPrediction
    from hiprisk.sheet.format import VariableSpec

EXAMPLE = """  hiprisk predict stupar --age-years 63 --sex female --womac-function-0-100 45
  hiprisk predict models/stupar --from patient.json --json
  hiprisk predict stupar --help"""
MAX_BYTES = 1 << 20


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    reference = next((word for word in argv if not word.startswith("-")), None)
    if reference is None or argv[0] != reference:
        _parser(None).parse_args(list(argv))
    from hiprisk.serving.patient import load

    model = load(str(reference))
    options = _parser(model).parse_args(list(argv))
    result = model.predict(_given(model, options))
    if options.fhir is not None:
        from hiprisk.serving.fhir import risk_assessment

        print_json(risk_assessment(model, result.values, subject=options.fhir))
    elif options.json:
        print_json(result.to_dict())
    else:
        show_prediction(model, result)
    return 0


def _parser(model: Model | None) -> argparse.ArgumentParser:
    parser = Parser(
        "predict",
        description="Predict one patient from options or a JSON file. What is not given counts as "
        "not known and is filled in; the answer says so. For research and education.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    parser.add_argument("--from", dest="source", metavar="FILE|-", help="JSON object; - is stdin")
    parser.add_argument("--fhir", nargs="?", const="", metavar="REFERENCE",
                        help="print a FHIR R4 RiskAssessment, of this patient (Patient/123) "
                        "if given")  # fmt: skip
    if model is not None:
        group = parser.add_argument_group("variables of this model (all may be left out)")
        for spec in model.sheet.variables:
            group.add_argument(_option(spec.name), metavar=_metavar(spec), help=_help(spec))
    return parser


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _metavar(spec: VariableSpec) -> str:
    return "LEVEL" if spec.kind == "category" else "NUMBER"


def _help(spec: VariableSpec) -> str:
    from hiprisk.serving.patient import range_text

    return f"{spec.label}: {range_text(spec)}".replace("%", "%%")


def _given(model: Model, options: argparse.Namespace) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if options.source is not None:
        given.update(_read_json(options.source))
    for spec in model.sheet.variables:
        value = getattr(options, spec.name)
        if value is not None:
            given[spec.name] = value
    if not given:
        raise ConfigError(
            "nothing is known of the patient",
            code="USAGE",
            advice="give options or --from FILE; hiprisk predict BUNDLE --help lists them",
        )
    return given


def _read_json(source: str) -> dict[str, Any]:
    from hiprisk.errors import BundleError
    from hiprisk.sheet.strict_json import parse_strict

    name = "standard input" if source == "-" else Path(source).name
    try:
        if source == "-":
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(source).open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise StoreError(
            f"the file cannot be read: {problem.strerror}", file=name, advice="check the path"
        ) from problem
    try:
        document = parse_strict(raw, name=name, max_bytes=MAX_BYTES, max_depth=4)
    except BundleError as refusal:
        raise InputError(
            refusal.reason, code=refusal.code, file=name, advice="give one JSON object"
        ) from None
    if not isinstance(document, dict):
        raise InputError("the file must hold one JSON object", code="NOT_AN_OBJECT", file=name)
    nested = [key for key, value in document.items() if isinstance(value, list | dict)]
    if nested:
        raise InputError("a value is a list or an object", code="NOT_A_NUMBER", column=nested[0])
    return document


def show_prediction(model: Model, result: PatientPrediction) -> None:
    """The answer as a person likes to read it."""
    values, outcome = result.values, model.sheet.outcome
    if result.provenance == "synthetic":
        print_lines("SIMULATED DATA: this model was fitted on simulated people.", "")
    print_lines(outcome.estimand[0].upper() + outcome.estimand[1:], "")
    if outcome.kind == "binary":
        print_lines(f"  risk            {100 * values['risk']:5.1f} %")
        factor, digits, unit = 100.0, 1, " %"
    else:
        print_lines(f"  predicted       {values['predicted']:5.1f}   ({outcome.unit}, higher is "
                    f"{outcome.higher_is})")  # fmt: skip
        factor, digits, unit = 1.0, 1, ""
    for level in ("80", "95"):
        lower, upper = values[f"lower_{level}"], values[f"upper_{level}"]
        if lower is None:
            print_lines(f"  {level} % interval   not available")
        else:
            print_lines(f"  {level} % interval   {factor * lower:5.{digits}f} to "
                        f"{factor * upper:.{digits}f}{unit}")  # fmt: skip
    rows = [[e.label, f"{100 * values[f'chance_{e.name}']:.0f} %"] for e in outcome.events]
    if rows:
        print_lines("")
        print_table(["chance of", ""], rows)
    _show_notes(values)
    print_lines("", f"Use: {result.intended_use}", "Not a medical device; no medical advice.")


def _show_notes(values: Any) -> None:
    if values["imputed"]:
        print_lines("", "Not known, filled in: " + ", ".join(values["imputed"]))
    worth = [flag for flag in values["flags"] if flag != "SIMULATED_MODEL"]
    if worth:
        words = {
            "EXTRAPOLATION": "outside what the model has seen",
            "UNUSUAL": "unusual value",
            "NOT_IN_TRAINING": "nobody in training had this level",
        }
        for flag in worth:
            code, _, name = flag.rstrip(")").partition("(")
            print_lines(f"Note: {name}: {words.get(code, code)}")
