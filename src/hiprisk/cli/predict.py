"""``hiprisk predict``: one patient."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.asking import ask_bundle, ask_patient, is_terminal
from hiprisk.cli.options import Parser, add_expected
from hiprisk.cli.show.output import print_json
from hiprisk.errors import ConfigError, InputError, StoreError
from hiprisk.processes.garbage import no_garbage_search

if TYPE_CHECKING:
    from hiprisk.cli.patient_record import PatientRecord
    from hiprisk.serving.model import Model, PatientPrediction
    from hiprisk.sheet.format import VariableSpec

EXAMPLE = """  hiprisk predict stupar --age-years 63 --sex female --womac-function-0-100 45 --why
  hiprisk predict models/stupar --from patient.json --json
  hiprisk predict stupar --record bundle.json --fhir-codes my_codes.yaml
  hiprisk predict stupar          asks question by question
  hiprisk predict stupar --help   lists the variables of that model"""
MAX_BYTES = 1 << 20


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    with no_garbage_search():
        return _run(argv)


def _run(argv: Sequence[str]) -> int:
    words = list(argv)
    reference = next((word for word in words if not word.startswith("-")), None)
    if reference is None and _may_ask(words):
        words.insert(0, ask_bundle())
        reference = words[0]
    if reference is None or words[0] != reference:
        _parser(None).parse_args(words)
    from hiprisk.serving.model import load
    from hiprisk.wording.reasons import came_text

    model = load(str(reference))
    options = _parser(model).parse_args(words)
    model.bundle.check_sha256(options.expect_sha256)
    model.bundle.check_signed(options.trusted_keys)
    _check_options(options)
    read = {} if options.source is None else _read_json(options.source)
    found = None if options.record is None else _read_record(model, options)
    if found is not None:
        read = dict(found.record.values)
        found = found.without(_named(model, options))
    given = _given(model, options, read)
    if given is None:
        given = ask_patient(model)
    if not options.show_values:
        _check_names(model, read, options.source)
    try:
        _answer(model, given, options, found)
    except InputError as refusal:
        if found is not None:
            from hiprisk.serving.fhir.record_words import refused_for_record

            refusal = refused_for_record(model.sheet, refusal, found.record)
        name = refusal.column
        if options.show_values or name not in read or getattr(options, name) is not None:
            raise refusal from None
        raise InputError(
            refusal.reason.replace(came_text(read[name]), ""), code=refusal.code, column=name,
            advice=refusal.advice,
        ) from None  # fmt: skip
    return 0


def _answer(
    model: Model, given: dict[str, Any], options: argparse.Namespace, found: PatientRecord | None
) -> None:
    result = model.explain(given)
    if options.fhir is not None:
        print_json(_assessment(model, result, given, options, found))
    elif options.json:
        told = {} if found is None else {"record": found.to_dict()}
        print_json({**result.to_dict(), **told})
    else:
        from hiprisk.cli.show.prediction import show_prediction

        # What stands in a record is not shown unless that is asked for.
        typed = given if options.show_values or found is None else {
            name: value for name, value in given.items() if getattr(options, name, None) is not None
        }  # fmt: skip
        show_prediction(model, result, given=typed, why=options.why)
        if found is not None:
            from hiprisk.cli.patient_record import show_record

            show_record(model, found)


def _assessment(
    model: Model,
    result: PatientPrediction,
    given: dict[str, Any],
    options: argparse.Namespace,
    found: PatientRecord | None,
) -> dict[str, Any]:
    from hiprisk.serving.fhir.risk_assessment import risk_assessment
    from hiprisk.wording.remarks import basis_of

    if found is None:
        basis = basis_of(model.sheet, given, result.values)
        return risk_assessment(model, result, subject=options.fhir, basis=basis)
    from hiprisk.cli.patient_record import record_basis
    from hiprisk.serving.fhir.record_words import record_notes

    return risk_assessment(
        model,
        result,
        subject=options.fhir or found.subject,
        basis=record_basis(model, found, given),
        of_record=record_notes(model.sheet, found.record),
    )


def _check_options(options: argparse.Namespace) -> None:
    if options.fhir:
        from hiprisk.serving.fhir.risk_assessment import check_reference

        check_reference(options.fhir)
    if options.record is not None and options.source is not None:
        raise ConfigError(
            "--record and --from both say what is known of the patient",
            code="USAGE",
            advice="give one of them; options for single values go with either",
        )
    if options.fhir_codes is not None and options.record is None:
        raise ConfigError(
            "--fhir-codes says how a record is read, and there is none",
            code="USAGE",
            advice="give the record as --record FILE",
        )


def _read_record(model: Model, options: argparse.Namespace) -> PatientRecord:
    from hiprisk.cli.patient_record import read_patient_record
    from hiprisk.serving.fhir.bundles import MAX_RECORD_BYTES

    return read_patient_record(
        _read_bytes(options.record, MAX_RECORD_BYTES),
        model,
        name=_name_of(options.record),
        codes=options.fhir_codes,
        show_values=options.show_values,
    )


def _named(model: Model, options: argparse.Namespace) -> list[str]:
    """Variables that have a value by an option."""
    names = (spec.name for spec in model.sheet.variables)
    return [name for name in names if getattr(options, name) is not None]


def _check_names(model: Model, read: dict[str, Any], source: str | None) -> None:
    """Refuse a key of a file that is no variable, without saying it: it may be a person's."""
    known = {spec.name for spec in model.sheet.variables}
    for place, name in enumerate(read, start=1):
        if name not in known:
            raise InputError(
                f"key {place} of {len(read)} is no variable of this model",
                code="UNKNOWN_VARIABLE",
                file=_name_of(str(source)),
                advice="hiprisk template lists the variables; --show-values shows the key",
            )


def _may_ask(words: list[str]) -> bool:
    return is_terminal() and set(words) <= {"--why", "--json"}


def _parser(model: Model | None) -> argparse.ArgumentParser:
    parser = Parser(
        "predict",
        description="Predict one patient from options or a JSON file. What is not given counts as "
        "not known and is imputed where the model can; the answer says so. With nothing "
        "given it asks, question by question, on a terminal. For research and education.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    parser.add_argument("--from", dest="source", metavar="FILE|-", help="JSON object; - is stdin")
    parser.add_argument("--record", metavar="FILE|-",
                        help="FHIR R4 Bundle of the patient; - is stdin")  # fmt: skip
    parser.add_argument("--fhir-codes", type=Path, metavar="FILE",
                        help="codes of the record system (YAML), for --record")  # fmt: skip
    parser.add_argument("--fhir", nargs="?", const="", metavar="REFERENCE",
                        help="print a FHIR R4 RiskAssessment, of this patient (Patient/123) "
                        "if given")  # fmt: skip
    parser.add_argument("--show-values", action="store_true",
                        help="let a refusal show what the file holds (a patient's)")  # fmt: skip
    parser.add_argument("--why", action="store_true", help="explain the prediction in full")
    if model is not None:
        needed = "all may be left out" if model.sheet.has_reference_population else "all are needed"
        group = parser.add_argument_group(f"variables of this model ({needed})")
        for spec in model.sheet.variables:
            group.add_argument(_option(spec.name), metavar=_metavar(spec), help=_help(spec))
    return parser


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _metavar(spec: VariableSpec) -> str:
    return "LEVEL" if spec.kind == "category" else "NUMBER"


def _help(spec: VariableSpec) -> str:
    from hiprisk.wording.reasons import range_text

    return f"{spec.label}: {range_text(spec)}".replace("%", "%%")


def _given(
    model: Model, options: argparse.Namespace, read: dict[str, Any]
) -> dict[str, Any] | None:
    """What options and file say of the patient; None where a person is there to be asked."""
    given = dict(read)
    for name in _named(model, options):
        given[name] = getattr(options, name)
    if options.record is not None:
        return given
    if not given and options.source is None and is_terminal():
        return None
    if not given:
        raise ConfigError(
            "nothing is known of the patient",
            code="USAGE",
            advice="give options or --from FILE; hiprisk predict BUNDLE --help lists them",
        )
    return given


def _read_json(source: str) -> dict[str, Any]:
    from hiprisk.errors import BundleError
    from hiprisk.sheet.document.strict_json import parse_strict

    name = _name_of(source)
    raw = _read_bytes(source, MAX_BYTES)
    try:
        document = parse_strict(raw, name=name, max_bytes=MAX_BYTES, max_depth=4)
    except BundleError as refusal:
        raise InputError(
            refusal.reason, code=refusal.code, file=name, advice="give one JSON object"
        ) from None
    if not isinstance(document, dict):
        raise InputError("the file must hold one JSON object", code="NOT_AN_OBJECT", file=name)
    for place, value in enumerate(document.values(), start=1):
        if isinstance(value, list | dict):
            raise InputError(
                f"the value of key {place} is a list or an object",
                code="NOT_A_NUMBER",
                file=name,
                advice="give a number or a text",
            )
    return document


def _read_bytes(source: str, limit: int) -> bytes:
    """At most one byte more than the limit, by which a larger file is known."""
    try:
        if source == "-":
            return sys.stdin.buffer.read(limit + 1)
        with Path(source).open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as problem:
        raise StoreError(
            f"the file cannot be read: {problem.strerror}",
            file=_name_of(source),
            advice="check the path",
        ) from problem


def _name_of(source: str) -> str:
    return "standard input" if source == "-" else Path(source).name
