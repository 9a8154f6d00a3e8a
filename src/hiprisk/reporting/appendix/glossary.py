"""The glossary of a report: every statistic that it shows, in a sentence, with its source."""

from __future__ import annotations

from hiprisk.reporting.page.blocks import APPENDIX, Section, Table

# Term, meaning, source; in the order of the alphabet. A term stands in the glossary of a report
# that has the word in its first column's text.
ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("adequacy", "Share of a larger model's likelihood-ratio statistic that the smaller one has; "
     "one minus it is the share of new information.", "Harrell 2015"),
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
    ("confidence interval", "Where the true value of a figure plausibly is, given so many people; "
     "95 of 100 such intervals hold it.", "Altman, Bland 2011"),
    ("coverage", "Share of people whose outcome lay inside their prediction interval.",
     "Gneiting, Raftery 2007"),
    ("cross-validated", "Of people who were left out of the fit, fold by fold.",
     "Stone 1974"),
    ("CRPS", "Distance of the predicted distribution from the outcome, in its units; the absolute "
     "error of a distribution. 0 is best.", "Gneiting, Raftery 2007"),
    ("discrimination slope", "Mean risk of those with the event minus that of those without.",
     "Yates 1982"),
    ("E-value", "How strong an unmeasured confounder would have to be, as a risk ratio with both "
     "exposure and outcome, to explain the association away.", "VanderWeele, Ding 2017"),
    ("E50", "Median distance of the calibration curve from the ideal line.",
     "Austin, Steyerberg 2019"),
    ("E90", "Distance of the calibration curve from the ideal line that 90 % of people lie within.",
     "Austin, Steyerberg 2019"),
    ("Emax", "Largest distance of the calibration curve from the ideal line.", "Harrell 2015"),
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
    ("interventions avoided", "Fewer people treated without harm to net benefit, per 100, relative "
     "to treating everybody.", "Vickers, Elkin 2006"),
    ("MAPE", "Mean absolute difference between the model's prediction and those of models of "
     "bootstrap resamples: the instability of predictions.", "Riley, Collins 2023"),
    ("mean absolute error", "Mean distance between predicted and observed, in units of the "
     "outcome.", "Harrell 2015"),
    ("minimum important gain", "The smallest gain that the authors declared worth having before "
     "anything was fitted.", ""),
    ("net benefit", "True positives less false positives, these weighted by the odds of the "
     "threshold probability, per person.", "Vickers, Elkin 2006"),
    ("nomogram", "A picture of a model: points of each predictor are added, and the prediction is "
     "read below their total.", "Harrell 2015"),
    ("optimism", "Mean difference between a figure of a model on the resample that it was fitted "
     "to and on the original people.", "Harrell 2015"),
    ("PIT", "Where in its predicted distribution each outcome fell; flat if the distribution is "
     "right (probability integral transform).", "Czado, Gneiting, Held 2009"),
    ("points", "Whole numbers in place of coefficients, by interval and level; they lose part of "
     "the model.", "Sullivan, Massaro, D'Agostino 2004"),
    ("prediction interval", "Where one person's outcome is likely to be; wider than a confidence "
     "interval, which is of a mean.", "Lei et al. 2018"),
    ("R²", "Share of the variance of the outcome that predictions explain; 0 is the mean-only "
     "model, 1 a perfect one.", "Harrell 2015"),
    ("root mean squared error", "Typical size of an error, large ones weighing more, in units of "
     "the outcome.", "Harrell 2015"),
    ("scaled Brier", "1 minus the Brier score over that of the same risk for everybody; 0 is no "
     "better than that.", "Steyerberg et al. 2010"),
    ("threshold probability", "The lowest risk at which a patient is treated; it says how many "
     "false positives a true positive is worth.", "Vickers, Elkin 2006"),
    ("treat all", "The strategy of treating every patient, whatever the model says; treat none "
     "treats nobody.", "Vickers, Elkin 2006"),
    (".632+", "Bootstrap estimate that weighs apparent figures and those of people left out of a "
     "resample by how far the model overfits.", "Efron, Tibshirani 1997"),
)  # fmt: skip


def glossary_section(sections: tuple[Section, ...]) -> Section:
    """The terms that the sections use.

    Parameters
    ----------
    sections : tuple of Section
        The report so far.
    """
    said = " ".join(_words(sections)).casefold()
    rows = tuple(entry for entry in ENTRIES if entry[0].casefold() in said)
    return Section(
        anchor="glossary",
        title="Glossary",
        tables=(Table(head=("term", "meaning", "source"), rows=rows),),
        part=APPENDIX,
    )


def _words(sections: tuple[Section, ...]) -> list[str]:
    words: list[str] = []
    for section in sections:
        words += [section.title, *section.paragraphs, *section.notes]
        for table in section.tables:
            words += [table.caption, *table.head, *(cell for row in table.rows for cell in row)]
        for picture in section.pictures:
            words += [picture.alt, picture.caption]
    return words
