"""The cohort of a study: a file or a simulation, its invalid values, and who takes part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools
from hiprisk.cohort.checks.items import MISREAD_ITEMS
from hiprisk.cohort.checks.missing_codes import suspected_sentinels
from hiprisk.cohort.checks.rules import check_cohort
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.arrow_text import give_back_memory
from hiprisk.cohort.files.stacking import CohortPath, cohort_files
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.cohort.imputations import ONE_IMPUTATION, check_no_stack, split_imputations
from hiprisk.cohort.mapping import CohortMapping, load_mapping
from hiprisk.cohort.own_variables import dictionary_of
from hiprisk.cohort.reading import Cohort, read_cohort
from hiprisk.cohort.simulation.simulate import SimulatedSites, simulate_cohort
from hiprisk.config import StudyConfig
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.derived import variables_behind, with_declared
from hiprisk.features.roles import check_roles
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.participants.selection import Selection, select_participants
from hiprisk.values import UNKNOWN_CATEGORY, Note

# Findings that a whole column means something else: what looks valid in it does so too.
MISREAD_CODES = {"SHIFTED_CODES", *MISREAD_ITEMS}
# Findings about whole rows: `cohort.on_invalid` speaks of values and cannot resolve them.
STRUCTURAL = {"TWO_HIPS_NO_PERSON", "STACKED_IMPUTATIONS", "REPEATED_PERSON"}


def select_study_participants(
    config: StudyConfig, source: CohortPath | None = None
) -> tuple[Cohort, Selection]:
    """The config's cohort, or one from another source, and who of it takes part.

    Raises
    ------
    ConfigError, InputError, StoreError
        If the cohort cannot be read, has values that the config does not allow, or is too small.
    """
    cohort = load_study_cohort(config, source)
    return cohort, _select(cohort, config)


def select_study_imputations(
    config: StudyConfig, source: CohortPath | None = None
) -> tuple[Cohort, Selection]:
    """The same where a file may hold stacked imputations, which participants then carry.

    Raises
    ------
    ConfigError, InputError, StoreError
        As `select_study_participants`, but for the stack; also if persons or strata differ
        between imputations.
    """
    cohort = _read_study_cohort(config, source)
    parts = [_select(part, config) for part in split_imputations(cohort)]
    first = parts[0]
    if len(parts) == 1:
        return cohort, first
    for other in parts[1:]:
        _check_alike(first.development, other.development, config, file=cohort.source_name)
    every = tuple(part.development for part in parts)
    return cohort, replace(first, development=replace(first.development, imputations=every))


def _select(cohort: Cohort, config: StudyConfig) -> Selection:
    frame, kept = _valid_rows(cohort, config)
    unknown = cohort.unreadable.get(Note(UNKNOWN_CATEGORY, config.outcome.variable))
    selection = select_participants(
        frame,
        config,
        cohort.dictionary,
        unknown_codes=None if unknown is None else unknown[kept],
    )
    everybody, *later = selection.flow
    changed = _invalid_step(cohort.frame, frame)
    if changed is None:
        return selection
    everybody = replace(everybody, n_remaining=cohort.n_rows)
    return replace(selection, flow=(everybody, changed, *later))


def _invalid_step(read: pd.DataFrame, valid: pd.DataFrame) -> FlowStep | None:
    """What ``cohort.on_invalid`` did to a frame that was read; None where nothing."""
    if len(valid) < len(read):
        label = "values outside their range (excluded)"
    elif valid is not read:
        n_changed = int((read.notna() & valid.isna()).to_numpy().any(axis=1).sum())
        label = f"values outside their range, taken as missing, in {n_changed} row(s)"
    else:
        return None
    n_left_out = len(read) - len(valid)
    return FlowStep(label=label, n_left_out=n_left_out, n_remaining=len(valid))


def _check_alike(one: Participants, other: Participants, config: StudyConfig, *, file: str) -> None:
    """Raise InputError unless the same people take part in two imputations, in the same strata."""
    what = None
    if len(one.frame) != len(other.frame) or (one.groups != other.groups).any():
        what = "other people take part in one imputation than in another"
    elif (np.isnan(one.outcome) != np.isnan(other.outcome)).any():
        what = "outcomes are known in one imputation that another lacks"
    else:
        strata = None if config.association is None else config.association.strata
        if strata in one.frame.columns and not one.frame[strata].equals(other.frame[strata]):
            what = f"{strata} differs between imputations, so that strata have other people"
    if what is not None:
        raise InputError(
            what, code="STACKED_ROWS", file=file, column=config.outcome.variable,
            advice=f"{ONE_IMPUTATION}; or give the data before imputation",
        )  # fmt: skip


def study_dictionary(config: StudyConfig) -> Dictionary:
    """The packaged dictionary with a study's own variables and declared features."""
    # A study may be planned before there is a file, or its mapping.
    there = config.cohort.mapping is not None and Path(config.cohort.mapping).exists()
    mapping = study_mapping(config) if there else None
    known = dictionary_of(config.cohort.dictionary) if mapping is None else mapping.dictionary
    return with_declared(known, config.derived)


def study_mapping(config: StudyConfig) -> CohortMapping | None:
    """The mapping that a study names, read by the study's dictionary."""
    if not config.cohort.mapping:
        return None
    return load_mapping(config.cohort.mapping, dictionary=dictionary_of(config.cohort.dictionary))


def with_source(config: StudyConfig, source: CohortPath | None) -> StudyConfig:
    """The config with another source named as its cohort: files, or a data frame by that word.

    Raises
    ------
    InputError
        If the source is neither.
    """
    if source is None:
        return config
    files = cohort_files(source)
    named = files.paths if files.frame is None else (files.frame.name,)
    paths = tuple(map(str, named))
    file = paths[0] if len(paths) == 1 else paths
    encoding = files.encoding or config.cohort.encoding
    cohort = replace(config.cohort, simulate=None, file=file, encoding=encoding)
    return replace(config, cohort=cohort)


def load_study_cohort(config: StudyConfig, source: CohortPath | None = None) -> Cohort:
    """Read the config's cohort or simulate it; or read that of another source.

    Raises
    ------
    ConfigError
        If no cohort is named, several imputations of it were read, or its cases and controls were
        sampled apart: what is fitted and resampled here is that of a random sample.
    """
    cohort = _read_study_cohort(config, source)
    check_no_stack(cohort)
    return cohort


def check_not_case_control(config: StudyConfig) -> None:
    """Raise ConfigError where cases and controls were sampled apart."""
    if config.sampling is not None:
        raise ConfigError(
            "cases and controls were sampled apart, and a model fitted to them, its validation and "
            "its net benefit would be those of their prevalence",
            column="sampling",
            advice="only hiprisk validate takes such a sample; fit on people who were not sampled "
            "by their outcome, or update a model fitted elsewhere on such people",
        )


def _read_study_cohort(config: StudyConfig, source: CohortPath | None = None) -> Cohort:
    """The same, stacked imputations and all."""
    check_not_case_control(config)
    settings, dictionary = config.cohort, study_dictionary(config)
    check_roles(config, dictionary)
    if source is None and settings.simulate is not None:
        asked = settings.simulate
        frame = simulate_cohort(
            asked.preset,
            n=asked.n,
            seed=asked.seed,
            lbp_effect=asked.lbp_effect,
            knee_share=asked.knee_share,
            sites=SimulatedSites(number=asked.n_sites, sd=asked.site_sd),
        ).frame
        return Cohort(
            frame=frame,
            findings=check_cohort(
                frame,
                unreadable={},
                grain="person",
                stacked=False,
                source={},
                dictionary=dictionary,
            ),
            grain="person",
            fingerprint=fingerprint(frame),
            provenance="simulated",
            source_name=f"simulated ({asked.preset})",
            dictionary=dictionary,
        )
    source = settings.file if source is None else source
    if source is None:
        raise ConfigError(
            "no cohort is named",
            column="cohort",
            advice="name one with --cohort FILE, or state cohort.file or cohort.simulate",
        )
    files = replace(cohort_files(source), encoding=settings.encoding)
    cohort = read_cohort(files, study_mapping(config), dictionary=dictionary)
    give_back_memory()
    _refuse_absent(cohort, config)
    return cohort


def _refuse_absent(cohort: Cohort, config: StudyConfig) -> None:
    """Refuse a file that lacks a column of the mapping from which the study makes a variable."""
    holdout, replaced = config.validation.holdout, config.outcome.hip_replacement
    named = _used(config, cohort.dictionary) | set(config.cohort.where)
    named |= {one.variable for one in (holdout, replaced) if one is not None}
    named |= set(config.subgroups.by or ())
    for name in sorted(named & cohort.absent.keys()):
        raise InputError(
            f"the file has no column {' or '.join(cohort.absent[name])}, of which the mapping "
            f"makes {cohort.dictionary.label(name)}",
            code="MISSING_COLUMN",
            file=cohort.source_name,
            column=name,
            advice="correct the mapping, or take the variable out of the config",
        )


def study_warnings(cohort: Cohort, config: StudyConfig) -> tuple[Finding, ...]:
    """Codes for missing that look as if the study computed with them as values."""
    return tuple(suspected_sentinels(cohort.findings, _used(config, cohort.dictionary)))


def handle_invalid_values(cohort: Cohort, config: StudyConfig) -> pd.DataFrame:
    """The cohort's rows after ``cohort.on_invalid``: refuse, set to missing or exclude.

    Raises
    ------
    InputError
        If values are invalid and the config says ``refuse``, or whole rows are in error.
    """
    return _valid_rows(cohort, config)[0]


def _valid_rows(cohort: Cohort, config: StudyConfig) -> tuple[pd.DataFrame, Bools]:
    """The same, with which rows of the cohort they are."""
    errors = [finding for finding in cohort.findings if finding.severity == "error"]
    structural = [finding for finding in errors if finding.code in STRUCTURAL]
    dictionary = cohort.dictionary
    used = _used(config, dictionary)
    misread = [f for f in errors if f.code in MISREAD_CODES and f.column in used]
    unresolved = [*structural, *misread]
    if unresolved or (errors and config.cohort.on_invalid == "refuse"):
        _refuse((unresolved or errors)[0], len(errors), cohort)
    frame = cohort.frame
    invalid = np.zeros(len(frame), dtype=bool)
    for name in used & set(frame.columns):
        hard = dictionary[name].hard
        if hard is not None:
            outside = ((frame[name] < hard[0]) | (frame[name] > hard[1])).to_numpy()
            invalid |= outside
            if outside.any() and config.cohort.on_invalid == "missing":
                frame = frame.assign(**{name: frame[name].mask(outside)})
    if config.cohort.on_invalid == "exclude" and invalid.any():
        return frame.loc[~invalid].reset_index(drop=True), ~invalid
    return frame, np.ones(len(frame), dtype=bool)


def _used(config: StudyConfig, dictionary: Dictionary) -> set[str]:
    """Every variable whose values a study computes with, also behind a derived feature."""
    outcome = config.outcome
    named = [*config.predictors, *config.imputation.auxiliary, outcome.variable]
    named += [name for name in (outcome.baseline,) if name is not None]
    if config.validation.holdout is not None and config.validation.reference_prediction:
        named.append(config.validation.reference_prediction)
    if outcome.hip_replacement is not None and outcome.hip_replacement.interim is not None:
        named.append(outcome.hip_replacement.interim)
    if config.association is not None:
        named += config.association.variables
    return variables_behind(named, dictionary)


def _refuse(finding: Finding, n_errors: int, cohort: Cohort) -> None:
    more = f"; {n_errors - 1} more error(s), see hiprisk check" if n_errors > 1 else ""
    raise InputError(
        f"{finding.told} ({finding.count} row(s)){more}",
        code=finding.code,
        file=finding.files[0] if finding.files else cohort.source_name,
        row=finding.rows[0] if finding.rows else None,
        column=finding.column,
        advice=f"{finding.advice}; or set cohort.on_invalid",
    )
