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
    "Breiman 2001": "Breiman L. Random forests. Machine Learning 2001;45:5-32.",
    "Brier 1950": "Brier GW. Verification of forecasts expressed in terms of probability. Monthly "
    "Weather Review 1950;78:1-3.",
    "Cox, Snell 1989": "Cox DR, Snell EJ. Analysis of Binary Data. 2nd edition. Chapman and Hall, "
    "1989.",
    "Czado, Gneiting, Held 2009": "Czado C, Gneiting T, Held L. Predictive model assessment for "
    "count data. Biometrics 2009;65:1254-1261.",
    "Dimitriadis, Gneiting, Jordan 2021": "Dimitriadis T, Gneiting T, Jordan AI. Stable "
    "reliability diagrams for probabilistic classifiers. Proceedings of the National Academy of "
    "Sciences 2021;118:e2016191118.",
    "Efron, Tibshirani 1997": "Efron B, Tibshirani R. Improvements on cross-validation: the .632+ "
    "bootstrap method. Journal of the American Statistical Association 1997;92:548-560.",
    "Ehm et al. 2016": "Ehm W, Gneiting T, Jordan A, Krüger F. Of quantiles and expectiles: "
    "consistent scoring functions, Choquet representations and forecast rankings. Journal of the "
    "Royal Statistical Society, Series B 2016;78:505-562.",
    "Gneiting, Raftery 2007": "Gneiting T, Raftery AE. Strictly proper scoring rules, prediction, "
    "and estimation. Journal of the American Statistical Association 2007;102:359-378.",
    "Harrell 2015": "Harrell FE. Regression Modeling Strategies. 2nd edition. Springer, 2015.",
    "Higgins, Thompson, Spiegelhalter 2009": "Higgins JPT, Thompson SG, Spiegelhalter DJ. A re- "
    "evaluation of random-effects meta-analysis. Journal of the Royal Statistical Society, Series "
    "A 2009;172:137-159.",
    "Lei et al. 2018": "Lei J, G'Sell M, Rinaldo A, Tibshirani RJ, Wasserman L. Distribution-free "
    "predictive inference for regression. Journal of the American Statistical Association "
    "2018;113:1094-1111.",
    "Marshall et al. 2009": "Marshall A, Altman DG, Holder RL, Royston P. Combining estimates of "
    "interest in prognostic modelling studies after multiple imputation: current practice and "
    "guidelines. BMC Medical Research Methodology 2009;9:57.",
    "Nagelkerke 1991": "Nagelkerke NJD. A note on a general definition of the coefficient of "
    "determination. Biometrika 1991;78:691-692.",
    "Noma et al. 2021": "Noma H, Shinozaki T, Iba K, Teramukai S, Furukawa TA. Confidence "
    "intervals of prediction accuracy measures for multivariable prediction models based on the "
    "bootstrap-based optimism correction methods. Statistics in Medicine 2021;40:5691-5701.",
    "Riley, Collins 2023": "Riley RD, Collins GS. Stability of clinical prediction models "
    "developed using statistical or machine learning methods. Biometrical Journal "
    "2023;65:2200302.",
    "Rubin 1987": "Rubin DB. Multiple Imputation for Nonresponse in Surveys. Wiley, 1987.",
    "Spiegelhalter 1986": "Spiegelhalter DJ. Probabilistic prediction in patient management and "
    "clinical trials. Statistics in Medicine 1986;5:421-433.",
    "Steyerberg et al. 2010": "Steyerberg EW, Vickers AJ, Cook NR, et al. Assessing the "
    "performance of prediction models: a framework for traditional and novel measures. "
    "Epidemiology 2010;21:128-138.",
    "Steyerberg, Harrell 2016": "Steyerberg EW, Harrell FE. Prediction models need appropriate "
    "internal, internal-external, and external validation. Journal of Clinical Epidemiology "
    "2016;69:245-247.",
    "Stone 1974": "Stone M. Cross-validatory choice and assessment of statistical predictions. "
    "Journal of the Royal Statistical Society, Series B 1974;36:111-147.",
    "Sullivan, Massaro, D'Agostino 2004": "Sullivan LM, Massaro JM, D'Agostino RB. Presentation "
    "of multivariate data for clinical use: the Framingham Study risk score functions. Statistics "
    "in Medicine 2004;23:1631-1660.",
    "Van Calster et al. 2019": "Van Calster B, McLernon DJ, van Smeden M, Wynants L, Steyerberg "
    "EW. Calibration: the Achilles heel of predictive analytics. BMC Medicine 2019;17:230.",
    "Van Hoorde et al. 2015": "Van Hoorde K, Van Huffel S, Timmerman D, Bourne T, Van Calster B. "
    "A spline-based tool to assess and visualize the calibration of multiclass risk predictions. "
    "Journal of Biomedical Informatics 2015;54:283-293.",
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
