"""TRIPOD+AI's items in our own words: what each asks for, and where a study has its answer.

Collins et al., BMJ 2024;385:e078378.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What an item asks for, and who answers it.

    Attributes
    ----------
    number, topic : str
    sections : tuple of str
        Of the report, by anchor.
    key : str
        Of `reporting` in the config; empty where the report alone can answer.
    missing : str
        What the sections leave to the authors, where they and an answer make the item whole; empty
        where an answer does so by itself.
    """

    number: str
    topic: str
    sections: tuple[str, ...] = ()
    key: str = ""
    missing: str = ""


def _report(number: str, topic: str, *sections: str) -> Topic:
    """An item that the report alone answers."""
    return Topic(number=number, topic=topic, sections=sections)


def _authors(number: str, topic: str, key: str, *sections: str) -> Topic:
    """An item that an answer makes whole; sections say part of it."""
    return Topic(number=number, topic=topic, sections=sections, key=key)


def _both(number: str, topic: str, key: str, missing: str, *sections: str) -> Topic:
    """An item that needs the sections and an answer."""
    return Topic(number=number, topic=topic, sections=sections, key=key, missing=missing)


# Items 2, 12c, 12f, 13, 15, 16, 20c and 24 are in `tripod`: what they need depends on the study.
TOPICS: tuple[Topic, ...] = (
    _report("1", "title: development or evaluation, population, outcome", "summary"),
    _authors("3a", "context of care, reasons for the model, existing models", "background"),
    _authors(
        "3b", "target population, purpose, place in care and intended users", "intended_users",
        "methods", "model",
    ),
    _authors("3c", "known health inequalities between groups", "health_inequalities"),
    _report("4", "objectives, and whether development, evaluation or both", "methods"),
    _authors(
        "5a", "sources of data, reasons for them, how representative they are", "data_source",
        "methods",
    ),
    _authors("5b", "dates: start and end of inclusion, end of follow-up", "dates"),
    _authors("6a", "setting, number and place of centres", "setting"),
    _authors("6b", "eligibility", "eligibility", "methods"),
    _authors("6c", "treatments received, and how they are dealt with", "treatments"),
    _authors(
        "7", "preparation and checks of the data, and whether alike in all groups",
        "data_preparation", "findings",
    ),
    _both(
        "8a", "outcome and horizon, how and when assessed, why this one, alike in all groups",
        "outcome_choice", "why this outcome, how it was assessed, and whether alike in all groups",
        "methods",
    ),
    _authors("8b", "who assessed the outcome, if that is subjective", "outcome_assessors"),
    _authors("8c", "blinding of the assessment of the outcome", "outcome_blinding"),
    _authors("9a", "choice of the first predictors, and selection before fitting",
             "predictor_choice", "methods"),
    _authors(
        "9b", "definition of predictors, how and when measured, and blinding",
        "predictor_measurement", "model", "characteristics",
    ),
    _authors("9c", "who assessed predictors, if that is subjective", "predictor_assessors"),
    _both(
        "10", "sample size: how it was arrived at, and whether it is enough", "sample_size",
        "how the number of people was arrived at", "samplesize",
    ),
    _report("11", "missing data: handling, and reasons for leaving data out", "methods", "missing"),
    _report("12a", "use of the data: all, parts, resamples", "methods"),
    _report("12b", "form of predictors in the model", "model"),
    _report("12d", "heterogeneity between clusters: how it was quantified", "sites"),
    _report("12e", "measures and plots of performance, and why", "methods", "glossary"),
    _report("12g", "how predictions were computed", "model"),
    _both(
        "14", "fairness: approaches and why", "fairness",
        "what was done about fairness, why, and in which groups", "subgroups",
    ),
    _authors("17", "ethics approval, and consent or its waiver", "ethics"),
    _authors("18a", "funding, and the role of funders", "funding"),
    _authors("18b", "conflicts of interest", "conflicts"),
    _authors("18c", "where the protocol is, or that there is none", "protocol"),
    _authors("18d", "registration, or that there is none", "registration"),
    _authors("18e", "availability of the data", "data_sharing"),
    _authors("18f", "availability of the code", "code_sharing", "provenance"),
    _authors("19", "involvement of patients and the public, or that there was none",
             "public_involvement"),
    _report("20a", "flow of participants, with and without the outcome", "people"),
    _report("20b", "characteristics of participants, with missing values", "characteristics"),
    _report("21", "number of participants and events in each analysis", "people", "performance"),
    _report("22", "the model in full, and how to get it", "model"),
    _report(
        "23a", "performance with confidence intervals, in groups, as plots", "performance",
        "calibration", "subgroups",
    ),
    _report("23b", "heterogeneity of performance between clusters", "sites"),
    _authors(
        "25", "interpretation, with fairness, in view of aims and earlier studies",
        "interpretation", "summary",
    ),
    _both(
        "26", "limitations, and what they do to bias, uncertainty and generalisability",
        "further_limitations", "limitations that only the authors know, such as who is not "
        "represented", "limitations",
    ),
    _authors("27a", "what users do with missing or poor inputs", "poor_input"),
    _authors("27b", "what users must do and know", "user_expertise"),
    _authors("27c", "next steps, for applicability and generalisability", "next_steps"),
)  # fmt: skip
