"""The papers behind the statistics that a report shows, in full, from one list."""

from __future__ import annotations

from hiprisk.reporting.page.blocks import APPENDIX, Section

# By the words in which the glossary cites them.
REFERENCES: dict[str, str] = {
    "Altman, Bland 2011": "Altman DG, Bland JM. How to obtain the confidence interval from a P "
    "value. BMJ 2011;343:d2090.",
    "Austin, Steyerberg 2019": "Austin PC, Steyerberg EW. The Integrated Calibration Index (ICI) "
    "and related metrics for quantifying the calibration of logistic regression models. "
    "Statistics in Medicine 2019;38:4051-4065.",
    "Brier 1950": "Brier GW. Verification of forecasts expressed in terms of probability. Monthly "
    "Weather Review 1950;78:1-3.",
    "Czado, Gneiting, Held 2009": "Czado C, Gneiting T, Held L. Predictive model assessment for "
    "count data. Biometrics 2009;65:1254-1261.",
    "Efron, Tibshirani 1997": "Efron B, Tibshirani R. Improvements on cross-validation: the .632+ "
    "bootstrap method. Journal of the American Statistical Association 1997;92:548-560.",
    "Gneiting, Raftery 2007": "Gneiting T, Raftery AE. Strictly proper scoring rules, prediction, "
    "and estimation. Journal of the American Statistical Association 2007;102:359-378.",
    "Harrell 2015": "Harrell FE. Regression Modeling Strategies. 2nd edition. Springer, 2015.",
    "Higgins, Thompson, Spiegelhalter 2009": "Higgins JPT, Thompson SG, Spiegelhalter DJ. A "
    "re-evaluation of random-effects meta-analysis. Journal of the Royal Statistical Society, "
    "Series A 2009;172:137-159.",
    "Lei et al. 2018": "Lei J, G'Sell M, Rinaldo A, Tibshirani RJ, Wasserman L. Distribution-free "
    "predictive inference for regression. Journal of the American Statistical Association "
    "2018;113:1094-1111.",
    "Riley, Collins 2023": "Riley RD, Collins GS. Stability of clinical prediction models "
    "developed using statistical or machine learning methods. Biometrical Journal "
    "2023;65:2200302.",
    "Steyerberg et al. 2010": "Steyerberg EW, Vickers AJ, Cook NR, et al. Assessing the "
    "performance of prediction models: a framework for traditional and novel measures. "
    "Epidemiology 2010;21:128-138.",
    "Steyerberg, Harrell 2016": "Steyerberg EW, Harrell FE. Prediction models need appropriate "
    "internal, internal-external, and external validation. Journal of Clinical Epidemiology "
    "2016;69:245-247.",
    "Stone 1974": "Stone M. Cross-validatory choice and assessment of statistical predictions. "
    "Journal of the Royal Statistical Society, Series B 1974;36:111-147.",
    "Sullivan, Massaro, D'Agostino 2004": "Sullivan LM, Massaro JM, D'Agostino RB. Presentation of "
    "multivariate data for clinical use: the Framingham Study risk score functions. Statistics in "
    "Medicine 2004;23:1631-1660.",
    "Van Calster et al. 2019": "Van Calster B, McLernon DJ, van Smeden M, Wynants L, Steyerberg "
    "EW. Calibration: the Achilles heel of predictive analytics. BMC Medicine 2019;17:230.",
    "VanderWeele, Ding 2017": "VanderWeele TJ, Ding P. Sensitivity analysis in observational "
    "research: introducing the E-value. Annals of Internal Medicine 2017;167:268-274.",
    "Vickers, Elkin 2006": "Vickers AJ, Elkin EB. Decision curve analysis: a novel method for "
    "evaluating prediction models. Medical Decision Making 2006;26:565-574.",
    "Yates 1982": "Yates JF. External correspondence: decompositions of the mean probability "
    "score. Organizational Behavior and Human Performance 1982;30:132-156.",
}


def references_section(glossary: Section) -> Section:
    """The papers that a report's glossary cites, in the order of the alphabet.

    Parameters
    ----------
    glossary : Section
        As `glossary_section` makes it: it has the statistics that the report shows.
    """
    cited = {row[-1] for table in glossary.tables for row in table.rows}
    return Section(
        anchor="references",
        title="References",
        paragraphs=tuple(sorted(REFERENCES[source] for source in cited if source in REFERENCES)),
        part=APPENDIX,
    )
