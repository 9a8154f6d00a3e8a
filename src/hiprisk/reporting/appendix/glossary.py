"""The glossary of a report: every statistic that it shows, in a sentence, with its source."""

from __future__ import annotations

import re

from hiprisk.reporting.page.blocks import APPENDIX, Section, Table

# Term, meaning, source; in the order of the alphabet. A term stands in the glossary of a report
# that says one of its names.
ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("95 % CI, confidence interval", "Where the true value of a figure plausibly is, given so "
     "many people; 95 of 100 such intervals hold it.", "Altman, Bland 2011"),
    ("adequacy", "Share of a larger model's likelihood-ratio statistic that the smaller one has; "
     "one minus it is the share of new information.", "Harrell 2015"),
    ("adjusted p-value", "The p-value that allows for the number of comparisons that were made.",
     ""),
    ("apparent", "Of predictions for the same people that the model was fitted to; too good.",
     "Harrell 2015"),
    ("Brier score", "Mean squared difference between risk and event; 0 is best.", "Brier 1950"),
    ("C statistic", "Chance that of two people, of whom one has the event, the model gives that "
     "one the higher risk; 0.5 is chance.", "Harrell 2015"),
    ("calibration in the large", "Mean observed minus mean predicted; on the log odds of a risk. "
     "0 is ideal.", "Van Calster et al. 2019"),
    ("calibration intercept", "Where the line of observed on predicted begins; 0 is ideal.",
     "Van Calster et al. 2019"),
    ("calibration slope", "Slope of observed on predicted: below 1 predictions are too extreme, "
     "above 1 too moderate.", "Van Calster et al. 2019"),
    ("contribution", "What a predictor adds to one patient's linear predictor, against a "
     "reference patient.", ""),
    ("coverage", "Share of people whose outcome lay inside their prediction interval.",
     "Gneiting, Raftery 2007"),
    ("Cox-Snell R²", "Gain in log likelihood over the same risk for everybody, on the scale of "
     "R²; its largest possible value is below 1.", "Cox, Snell 1989"),
    ("cross-validated", "Of people who were left out of the fit, fold by fold.", "Stone 1974"),
    ("CRPS", "Distance of the predicted distribution from the outcome, in its units; the absolute "
     "error of a distribution. 0 is best.", "Gneiting, Raftery 2007"),
    ("D1, D2, D3", "Tests that several coefficients are all zero, over the imputations: from the "
     "coefficients (D1), from a statistic of each imputation (D2), from likelihood ratios (D3).",
     "Marshall et al. 2009"),
    ("degrees of freedom", "Number of coefficients that a test is of; a second number says how "
     "much the imputations leave uncertain.", ""),
    ("discrimination index D", "Likelihood-ratio statistic of the recalibrated risks, less 1, per "
     "person.", "Harrell 2015"),
    ("discrimination slope", "Mean risk of those with the event minus that of those without.",
     "Yates 1982"),
    ("E-value", "How strong an unmeasured confounder would have to be, as a risk ratio with both "
     "exposure and outcome, to explain the association away.", "VanderWeele, Ding 2017"),
    ("E50", "Median distance of the calibration curve from the ideal line.",
     "Austin, Steyerberg 2019"),
    ("E90", "Distance of the calibration curve from the ideal line that 90 % of people lie "
     "within.", "Austin, Steyerberg 2019"),
    ("ECI", "Mean squared distance of the calibration curve from the ideal line (estimated "
     "calibration index); 0 is best.", "Van Hoorde et al. 2015"),
    ("Emax", "Largest distance of the calibration curve from the ideal line.", "Harrell 2015"),
    ("event rate", "Share of people with the event.", ""),
    ("g-index", "Mean difference between the predictions of two people: how far the model tells "
     "them apart.", "Harrell 2015"),
    ("heterogeneity", "How much a figure truly differs between groups or sites, chance aside.",
     "Higgins, Thompson, Spiegelhalter 2009"),
    ("I²", "Share of the variance between sites that is not chance.",
     "Higgins, Thompson, Spiegelhalter 2009"),
    ("ICI", "Mean distance of the calibration curve from the ideal line (integrated calibration "
     "index).", "Austin, Steyerberg 2019"),
    ("internal-external", "Each site is predicted by a model that was fitted without it.",
     "Steyerberg, Harrell 2016"),
    ("interval score", "Width of a prediction interval plus a penalty for each outcome outside of "
     "it, in units of the outcome; lower is better.", "Gneiting, Raftery 2007"),
    ("interventions avoided", "Fewer people treated without harm to net benefit, per 100, "
     "relative to treating everybody.", "Vickers, Elkin 2006"),
    ("location-shifted", "A confidence interval of the apparent figure, moved by the mean "
     "optimism.", "Noma et al. 2021"),
    ("log loss", "Mean of minus the log of the probability that was predicted for what happened; "
     "lower is better.", "Gneiting, Raftery 2007"),
    ("MAPE", "Mean absolute difference between the model's prediction and those of models of "
     "bootstrap resamples: the instability of predictions.", "Riley, Collins 2023"),
    ("mean absolute error", "Mean distance between predicted and observed, in units of the "
     "outcome.", "Harrell 2015"),
    ("mean squared error", "Mean squared distance between predicted and observed; lower is "
     "better.", "Harrell 2015"),
    ("minimum important gain", "The smallest gain that the authors declared worth having before "
     "anything was fitted.", ""),
    ("miscalibration", "Part of a score that recalibration would remove. Discrimination is what "
     "the recalibrated predictions gain over the mean outcome, uncertainty the score of the mean: "
     "score = miscalibration - discrimination + uncertainty.",
     "Dimitriadis, Gneiting, Jordan 2021"),
    ("missing information", "Share of the information on an estimate that was lost with the "
     "missing values.", "Rubin 1987"),
    ("Murphy diagram", "Mean score of two predictions at every threshold; the one that is lower "
     "everywhere is better for every user.", "Ehm et al. 2016"),
    ("Nagelkerke R²", "Cox-Snell R² over its largest possible value, so that 1 can be reached.",
     "Nagelkerke 1991"),
    ("net benefit", "True positives less false positives, these weighted by the odds of the "
     "threshold probability, per person.", "Vickers, Elkin 2006"),
    ("new information", "Share of the larger model's likelihood-ratio statistic that the base "
     "model does not have; one minus the adequacy.", "Harrell 2015"),
    ("nomogram", "A picture of a model: points of each predictor are added, and the prediction is "
     "read below their total.", "Harrell 2015"),
    ("observed/expected ratio", "Number of events over the sum of the predicted risks; 1 is "
     "ideal, above 1 risks are too low.", "Van Calster et al. 2019"),
    ("optimism", "Mean difference between a figure of a model on the resample that it was fitted "
     "to and on the original people.", "Harrell 2015"),
    ("p-value", "How often a difference so large, or a larger one, comes by chance alone if there "
     "is none.", ""),
    ("partial effect", "Prediction over the values of one predictor, the others held at those of "
     "the typical patient.", "Harrell 2015"),
    ("permutation importance", "Fall of R² or of the C statistic when the values of one predictor "
     "are permuted among the people.", "Breiman 2001"),
    ("PIT", "Where in its predicted distribution each outcome fell; flat if the distribution is "
     "right (probability integral transform).", "Czado, Gneiting, Held 2009"),
    ("points", "Whole numbers in place of coefficients, by interval and level; they lose part of "
     "the model.", "Sullivan, Massaro, D'Agostino 2004"),
    ("prediction interval", "Where one person's outcome is likely to be; wider than a confidence "
     "interval, which is of a mean.", "Lei et al. 2018"),
    ("proportion at the ceiling", "Share of people with the highest value of the score, among "
     "whom better and worse cannot be told apart.", ""),
    ("proportion at the floor", "Share of people with the lowest value of the score, among whom "
     "better and worse cannot be told apart.", ""),
    ("quality index Q", "Discrimination index D minus unreliability index U.", "Harrell 2015"),
    ("quantile score", "Penalty of a predicted quantile: distance of the outcome from it, weighed "
     "by the side that it falls on; lower is better.", "Gneiting, Raftery 2007"),
    ("quartiles", "Values below which a quarter and three quarters of the people lie, linear "
     "between the values of two people (type 7 of R).", ""),
    ("R²", "Share of the variance of the outcome that predictions explain; 0 is the mean-only "
     "model, 1 a perfect one.", "Harrell 2015"),
    ("reclassified", "On the other side of a threshold in a bootstrap model.",
     "Riley, Collins 2023"),
    ("residual SD", "Typical distance between outcome and prediction: the standard deviation of "
     "their difference.", "Harrell 2015"),
    ("root mean squared error", "Typical size of an error, large ones weighing more, in units of "
     "the outcome.", "Harrell 2015"),
    ("scaled Brier score", "1 minus the Brier score over that of the same risk for everybody; 0 "
     "is no better than that.", "Steyerberg et al. 2010"),
    ("SE, standard error", "Standard deviation of an estimate over repeated studies of this size; "
     "95 % CI = estimate +/- 1.96 standard errors.", "Altman, Bland 2011"),
    ("Somers' Dxy", "2 x (C statistic - 0.5): 0 is chance, 1 is perfect.", "Harrell 2015"),
    ("Spiegelhalter's z", "How much the Brier score differs from that of calibrated risks, in "
     "standard errors; beyond -1.96 and 1.96 there is evidence of miscalibration.",
     "Spiegelhalter 1986"),
    ("standardised net benefit", "Net benefit over the event rate: 1 is the most that can be "
     "reached.", "Vickers, Elkin 2006"),
    ("tau²", "Variance of the true figure between sites; its root is the standard deviation.",
     "Higgins, Thompson, Spiegelhalter 2009"),
    ("threshold probability", "The lowest risk at which a patient is treated; it says how many "
     "false positives a true positive is worth.", "Vickers, Elkin 2006"),
    ("treat all", "The strategy of treating every patient, whatever the model says; treat none "
     "treats nobody.", "Vickers, Elkin 2006"),
    ("unreliability index U", "Gain in log likelihood that recalibration would bring, doubled, "
     "less 2, per person.", "Harrell 2015"),
    (".632, .632+", "Bootstrap estimate that weighs apparent figures and those of people left out "
     "of a resample by how far the model overfits.", "Efron, Tibshirani 1997"),
)  # fmt: skip


def glossary_section(sections: tuple[Section, ...]) -> Section:
    """The terms that the sections use.

    Parameters
    ----------
    sections : tuple of Section
        The report so far.
    """
    said = " ".join(_words(sections)).casefold()
    rows = tuple(entry for entry in ENTRIES if any(_is_said(name, said) for name in names(entry)))
    return Section(
        anchor="glossary",
        title="Glossary",
        tables=(Table(head=("term", "meaning", "source"), rows=rows),),
        part=APPENDIX,
    )


def names(entry: tuple[str, str, str]) -> list[str]:
    """What a term is called, in small letters: ``SE, standard error`` are two names."""
    return entry[0].casefold().split(", ")


def _is_said(term: str, text: str) -> bool:
    """Whether a text has a term from the beginning of a word on: plurals are the same term."""
    return re.search(rf"(?<!\w){re.escape(term)}", text) is not None


def _words(sections: tuple[Section, ...]) -> list[str]:
    words: list[str] = []
    for section in sections:
        words += [section.title, *section.paragraphs, *section.notes]
        for table in section.tables:
            words += [table.caption, *table.head, *(cell for row in table.rows for cell in row)]
        for picture in section.pictures:
            words += [picture.alt, picture.caption]
    return words
