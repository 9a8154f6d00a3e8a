"""Two studies beside each other, by what their bundles hold: nothing is computed anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hiprisk.bundle.reading import Bundle
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import entries, label_of
from hiprisk.sheet.format import LinearModel, Model, TreesModel
from hiprisk.wording.labels import EVALUATIONS, in_words, sheet_labels

SECTIONS = ("config", "cohort", "code", "model")
# What makes an outcome another one, beside its strategy for hip replacement and its cut-off.
_OF_OUTCOME = ("variable", "kind", "unit", "horizon_months", "event_level", "lower", "upper")
_DECLARED = ("hip_replacement", "dichotomise")
_COUNTS = ("n_analysed", "n_people", "n_predictors", "n_coefficients")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDifference:
    """A value that two documents do not share.

    Attributes
    ----------
    section : str
        ``config``, ``cohort``, ``code`` or ``model``.
    key : str
        With the path of its sections, joined by dots.
    first, second : object
        Plain JSON values; None where a document has no such key.
    only_in : str or None
        ``first`` or ``second``, where the other has no such key.
    """

    section: str
    key: str
    first: Any
    second: Any
    only_in: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"key": self.key, "first": self.first, "second": self.second,
                "only_in": self.only_in}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPair:
    """A metric that both studies have, evaluated in the same way.

    Attributes
    ----------
    metric, label, evaluation : str
        The evaluation is ``corrected``, ``cross_validated``, ``out_of_fold`` or ``holdout``.
    first, second : Estimate
    difference : float or None
        Second minus first; None where outcome or people differ.
    """

    metric: str
    label: str
    evaluation: str
    first: Estimate
    second: Estimate
    difference: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "metric": self.metric,
            "label": self.label,
            "evaluation": self.evaluation,
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
            "difference": self.difference,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyComparison:
    """Two studies beside each other.

    Attributes
    ----------
    names, sha256 : tuple of str
        ``name@version`` and hash of each bundle; the name with the hash's beginning where both
        have one name.
    differences : tuple of DocumentDifference
        Of config, cohort, code and model.
    outcome : tuple of str
        Keys by which the two outcomes differ; empty where both predict the same.
    only_first, only_second : tuple of str
        Variables of one model that the other has not.
    metrics : tuple of MetricPair
        Metrics that both have.
    no_difference : mapping of str to str
        Evaluations in which the metrics have no difference, with the reason.
    labels : mapping of str to str
        Of the variables and blocks of both, by name: what a person reads.
    """

    names: tuple[str, str]
    sha256: tuple[str, str]
    differences: tuple[DocumentDifference, ...]
    outcome: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    metrics: tuple[MetricPair, ...]
    no_difference: Mapping[str, str]
    labels: Mapping[str, str]

    def of(self, section: str) -> tuple[DocumentDifference, ...]:
        """Differences of one section."""
        return tuple(one for one in self.differences if one.section == section)

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: evaluation, metric, value and ends of each, difference."""
        names = ["evaluation", "metric", "value_first", "low_first", "high_first",
                 "value_second", "low_second", "high_second", "difference"]  # fmt: skip
        rows = [
            {
                "evaluation": one.evaluation,
                "metric": one.metric,
                **{f"{key}_first": value for key, value in one.first.to_dict().items()},
                **{f"{key}_second": value for key, value in one.second.to_dict().items()},
                "difference": one.difference,
            }
            for one in self.metrics
        ]
        return pd.DataFrame(rows, columns=names)

    def differences_frame(self) -> pd.DataFrame:
        """One row a difference: section, key, first, second, only_in."""
        names = ["section", "key", "first", "second", "only_in"]
        return pd.DataFrame([asdict(one) for one in self.differences], columns=names)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "first": {"name": self.names[0], "bundle_sha256": self.sha256[0]},
            "second": {"name": self.names[1], "bundle_sha256": self.sha256[1]},
            "differences": {
                section: [one.to_dict() for one in self.of(section)] for section in SECTIONS
            },
            "same_outcome": not self.outcome,
            "outcome_differs_in": list(self.outcome),
            "variables": {"only_first": list(self.only_first),
                          "only_second": list(self.only_second)},
            "metrics": [one.to_dict() for one in self.metrics],
            "no_difference": dict(self.no_difference),
        }  # fmt: skip


def compare_studies(first: Bundle, second: Bundle) -> StudyComparison:
    """Two studies beside each other: config, cohort, code, model and the metrics that both have.

    Parameters
    ----------
    first, second : Bundle

    Raises
    ------
    ConfigError
        If both are the same bundle.
    BundleError
        If a document of one cannot be read.
    """
    check_two(first, second)
    outcome = outcome_differences(first, second)
    reasons = dict(_reasons(first, second, outcome))
    variables = [[spec.name for spec in one.sheet.variables] for one in (first, second)]
    return StudyComparison(
        names=_names(first, second),
        sha256=(first.sha256, second.sha256),
        differences=(
            *_differences("config", first.config, second.config),
            *_differences("cohort", _cohort(first), _cohort(second)),
            *_differences("code", _code(first), _code(second)),
            *_differences("model", _model(first), _model(second)),
        ),
        outcome=outcome,
        only_first=tuple(name for name in variables[0] if name not in variables[1]),
        only_second=tuple(name for name in variables[1] if name not in variables[0]),
        metrics=tuple(_pairs(first, second, reasons)),
        no_difference=reasons,
        labels=_labels(first) | _labels(second),
    )


def _names(first: Bundle, second: Bundle) -> tuple[str, str]:
    """``name@version``, with the hash where two folders of models have the same."""
    one, other = f"{first.name}@{first.version}", f"{second.name}@{second.version}"
    if one != other:
        return one, other
    return f"{one} ({first.sha256[:6]})", f"{other} ({second.sha256[:6]})"


def _labels(bundle: Bundle) -> dict[str, str]:
    """Of a bundle's blocks and variables; a config names variables that its model has not, too."""
    blocks = bundle.config.get("block_labels")
    known = {name: variable.label for name, variable in load_dictionary().items()}
    return known | (dict(blocks) if isinstance(blocks, dict) else {}) | sheet_labels(bundle.sheet)


def check_two(first: Bundle, second: Bundle) -> None:
    """Raise ConfigError where the two are one bundle, or copies of one."""
    if first.sha256 == second.sha256:
        raise ConfigError(
            "both are the same bundle: bundle_sha256 is equal, so nothing differs",
            code="SAME_BUNDLE",
            column="--compare",
            advice="name two; NAME@VERSION names a version, and hiprisk models lists them",
        )


def outcome_differences(first: Bundle, second: Bundle) -> tuple[str, ...]:
    """Keys by which the outcomes of two models differ; empty where they predict the same."""
    found = [
        name
        for name in _OF_OUTCOME
        if getattr(first.sheet.outcome, name) != getattr(second.sheet.outcome, name)
    ]
    declared = [one.config.get("outcome") for one in (first, second)]
    one, other = declared
    if isinstance(one, dict) and isinstance(other, dict):
        found += [key for key in _DECLARED if one.get(key) != other.get(key)]
    return tuple(found)


def _reasons(first: Bundle, second: Bundle, outcome: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Evaluations whose metrics are not subtracted, and why."""
    if outcome:
        said = f"the outcomes differ ({', '.join(map(in_words, outcome))})"
        yield from ((evaluation, said) for evaluation in EVALUATIONS)
        return
    same = first.manifest["cohort_fingerprint"] == second.manifest["cohort_fingerprint"]
    counts = [[one.evidence.get(key) for key in ("n_analysed", "n_people")]
              for one in (first, second)]  # fmt: skip
    if not same or counts[0] != counts[1]:
        said = "they were evaluated on other people"
        yield from ((evaluation, said) for evaluation in EVALUATIONS)
        return
    held_out = [_held_out(one) for one in (first, second)]
    if held_out[0] != held_out[1]:
        yield "holdout", "other people were held out"


def _held_out(bundle: Bundle) -> Any:
    validation = bundle.config.get("validation")
    return validation.get("holdout") if isinstance(validation, dict) else None


def _cohort(bundle: Bundle) -> dict[str, Any]:
    """Fingerprint, provenance, counts and the files that say how it was read."""
    evidence = bundle.evidence
    flow = evidence.get("flow")
    steps = flow if isinstance(flow, list) else []
    files = (bundle.study or {}).get("files", {})
    return {
        "fingerprint": bundle.manifest["cohort_fingerprint"],
        "provenance": bundle.provenance,
        **{key: evidence[key] for key in _COUNTS if key in evidence},
        "flow": {str(one["label"]): one["n_remaining"] for one in steps if "label" in one},
        "files": {role: file["text"] for role, file in files.items()},
    }


def _code(bundle: Bundle) -> dict[str, Any]:
    """Versions of packages, of the formats, and the machine."""
    run = bundle.run
    return {
        **dict(bundle.manifest.get("created_with") or {}),
        "bundle_schema_version": bundle.manifest["schema_version"],
        "sheet_schema_version": bundle.sheet.schema_version,
        **{key: run[key] for key in ("python", "machine") if key in run},
    }


def _model(bundle: Bundle) -> dict[str, Any]:
    """What the sheet says of itself."""
    sheet = bundle.sheet
    return {
        "family": sheet.family,
        "outcome": asdict(sheet.outcome),
        "n_columns": len(sheet.columns),
        "residual_sd": sheet.residual_sd,
        **_coefficients(sheet.model),
    }


def _coefficients(model: Model) -> dict[str, Any]:
    """What a model predicts with: coefficients by column; of trees their number and a hash."""
    if isinstance(model, TreesModel):
        return {
            "baseline": model.baseline,
            "recalibration": model.recalibration,
            "n_trees": len(model.trees),
            "trees_sha256": hashlib.sha256(repr(model.trees).encode()).hexdigest(),
        }
    average: dict[str, Any] = (
        {"intercept": model.intercept}
        if isinstance(model, LinearModel)
        else {"intercepts": model.intercepts}
    )
    return {
        **average,
        "coefficients": {
            term.column: term.coefficients if len(term.coefficients) > 1 else term.coefficients[0]
            for term in model.terms
        },
        "knots": {term.column: term.knots for term in model.terms if term.knots},
    }


def _differences(section: str, first: Any, second: Any) -> Iterator[DocumentDifference]:
    for key, one, other, only_in in _leaves(first, second):
        yield DocumentDifference(section=section, key=key, first=one, second=other, only_in=only_in)


def _leaves(first: Any, second: Any, path: str = "") -> Iterator[tuple[str, Any, Any, str | None]]:
    """Where two documents differ, as deep as both go."""
    one, other = _keyed(first), _keyed(second)
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        if one != other:
            yield path, first, second, None
        return
    for key in dict.fromkeys([*one, *other]):
        name = f"{path}.{key}" if path else str(key)
        if key not in other:
            yield name, one[key], None, "first"
        elif key not in one:
            yield name, None, other[key], "second"
        else:
            yield from _leaves(one[key], other[key], name)


def _keyed(value: Any) -> Any:
    """A list of named objects (events) by their names, so that each is met by its own."""
    if not isinstance(value, list | tuple) or not value:
        return list(value) if isinstance(value, tuple) else value
    named = all(isinstance(one, Mapping) and isinstance(one.get("name"), str) for one in value)
    names = [one["name"] for one in value] if named else []
    return dict(zip(names, value, strict=True)) if len(set(names)) == len(value) else list(value)


def _pairs(first: Bundle, second: Bundle, reasons: Mapping[str, str]) -> Iterator[MetricPair]:
    if first.sheet.outcome.kind != second.sheet.outcome.kind:
        # The calibration slope of a score and of a risk have one name, and are two metrics.
        return
    one, other = _metrics(first), _metrics(second)
    for suffix in EVALUATIONS:
        ending = f"_{suffix}"
        shared = [key.removesuffix(ending) for key in one if key in other and key.endswith(ending)]
        for metric in sorted(shared, key=_place):
            pair = [_estimate(metric, found[metric + ending]) for found in (one, other)]
            if pair[0] is None or pair[1] is None:
                continue
            difference = None if suffix in reasons else pair[1].value - pair[0].value
            yield MetricPair(
                metric=metric,
                label=label_of(metric),
                evaluation=suffix,
                first=pair[0],
                second=pair[1],
                difference=difference,
            )


def _metrics(bundle: Bundle) -> dict[str, Any]:
    found = bundle.evidence.get("metrics")
    return found if isinstance(found, dict) else {}


def _place(metric: str) -> tuple[int, str]:
    """As the registry reports metrics, those of events last."""
    names = [entry.name for entry in entries()]
    return (names.index(metric) if metric in names else len(names)), metric


def _estimate(name: str, plain: Any) -> Estimate | None:
    """A metric as the evidence writes it; None where it has no value."""
    if not isinstance(plain, dict) or not isinstance(plain.get("value"), int | float):
        return None
    return Estimate(name=name, value=plain["value"], low=plain.get("low"), high=plain.get("high"))
