"""What contradicts itself in a sheet is refused."""

import dataclasses
import json

import pytest

from hiprisk.errors import BundleError
from hiprisk.sheet.document.checks import check_sheet
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.format import FirstVisit, TrainingSummary, Tree, TreesModel
from site_sheet import site_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet


def changed(change):
    document = json.loads(small_sheet().to_json())
    change(document)
    return json.dumps(document)


def set_at(*path, value):
    def change(document):
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


CONTRADICTIONS = {
    "an unknown key": (set_at("extra", value=1), "is not a key that belongs here"),
    "a missing key": (lambda d: d.pop("columns"), "is missing"),
    "text for a number": (set_at("model", "intercept", value="1"), "must be a number"),
    "a boolean for a number": (set_at("model", "intercept", value=True), "must be a number"),
    "an unknown model": (set_at("model", "type", value="net"), "names no kind of model"),
    "an unknown link": (set_at("model", "link", value="log"), "must be one of"),
    "a wrong link": (set_at("model", "link", value="logit"), "link does not fit"),
    "levels without the event": (
        set_at("outcome", "levels", value=["no", "yes"]),
        "event_level is not one of its levels",
    ),
    "a mean too few": (set_at("missing", "mean", value=[1, 2, 3]), "means for missing values"),
    "a crooked covariance": (
        set_at("missing", "covariance", value=[[1, 0, 0, 0]]),
        "covariance for missing values does not fit",
    ),
    "an asymmetric covariance": (
        set_at("missing", "covariance", 0, 1, value=9.0),
        "is not symmetric",
    ),
    "no draws": (set_at("missing", "draws", value=[]), "draws for missing values"),
    "a column of nothing": (
        set_at("columns", 0, "variable", value="height"),
        "comes from an unknown variable",
    ),
    "a level of a number": (set_at("columns", 0, "level", value="x"), "its variable is a number"),
    "a strange level": (
        set_at("columns", 1, "level", value="x"),
        "a level that its variable lacks",
    ),
    "two columns of a name": (
        set_at("columns", 0, "name", value="womac_function_0_100"),
        "two columns have the same name",
    ),
    "two variables of a name": (
        set_at("variables", 1, "name", value="age_years"),
        "two variables have the same name",
    ),
    "a range upside down": (set_at("variables", 0, "hard", value=[9, 1]), "does not ascend"),
    "one level only": (set_at("variables", 1, "levels", value=["male"]), "fewer than two levels"),
    "a term of nothing": (set_at("model", "terms", 0, "column", value="x"), "unknown column"),
    "a coefficient too many": (
        set_at("model", "terms", 0, "coefficients", value=[1.0, 2.0]),
        "wrong number of coefficients",
    ),
    "two knots": (
        set_at(
            "model",
            "terms",
            0,
            value={
                "column": "age_years",
                "basis": "rcs",
                "coefficients": [1.0],
                "knots": [1.0, 2.0],
            },
        ),
        "fewer than three knots",
    ),
    "refits of another model": (set_at("model", "refits", value=[[1.0]]), "refitted coefficients"),
    "a covariance of another model": (
        set_at("model", "covariance", value=[[1.0]]),
        "covariance of the coefficients",
    ),
    "a derived column of nothing": (
        set_at("derived", 0, "of", value=[1.0, "x"]),
        "not defined before it",
    ),
    "three operands": (
        set_at("derived", 0, "of", value=[1.0, 2.0, 3.0]),
        "wrong number of operands",
    ),
    "bounds upside down": (set_at("outcome", "lower", value=200), "bounds do not ascend"),
    "a baseline of nothing": (
        set_at("outcome", "baseline", value="x"),
        "baseline is not one of the model's numbers",
    ),
    "two events of a name": (
        set_at("outcome", "events", 1, "name", value="worsening"),
        "two events have the same name",
    ),
    "an event without baseline": (lambda d: d["outcome"].pop("baseline"), "needs a baseline"),
    "no distribution": (lambda d: d.pop("distribution"), "needs the distribution"),
    "quantiles that fall": (
        set_at("distribution", "quantiles", value=[2.0, 1.0, 0.0, -1.0, -2.0]),
        "residual quantiles do not ascend",
    ),
    "a probability of one": (
        set_at("distribution", "probabilities", value=[0.1, 0.2, 0.5, 0.9, 1.0]),
        "leave \\(0, 1\\)",
    ),
    "a scale of zero": (set_at("distribution", "scales", value=[0.0, 1.0]), "is not positive"),
    "scales too few": (set_at("distribution", "scales", value=[1.0]), "do not fit each other"),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_a_contradiction_is_refused(what):
    change, message = CONTRADICTIONS[what]
    with pytest.raises(BundleError, match=message):
        parse_sheet(changed(change))


def with_tree(**changes):
    parts = {
        "feature": (0, -1, -1),
        "threshold": (60.0, 0.0, 0.0),
        "left": (1, 0, 0),
        "right": (2, 0, 0),
        "value": (0.0, 1.0, 2.0),
    } | changes
    model = TreesModel(link="identity", baseline=1.0, inputs=("age_years",), trees=(Tree(**parts),))
    return dataclasses.replace(small_sheet(), model=model).to_json()


@pytest.mark.parametrize(
    "changes",
    [
        {"left": (0, 0, 0)},
        {"right": (3, 0, 0)},
        {"feature": (1, -1, -1)},
        {"value": (0.0, 1.0)},
        {"feature": (), "threshold": (), "left": (), "right": (), "value": ()},
    ],
)
def test_a_tree_that_is_none_is_refused(changes):
    with pytest.raises(BundleError, match="is not a tree"):
        parse_sheet(with_tree(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variance": -1.0}, "variance between sites is negative"),
        ({"n_sites": 1}, "that of fewer than two sites"),
        ({"variable": "age_years"}, "'age_years' is no category of the model"),
    ],
)
def test_sites_that_cannot_be_are_refused(changes, message):
    sheet = site_sheet()
    broken = dataclasses.replace(sheet, sites=dataclasses.replace(sheet.sites, **changes))
    with pytest.raises(BundleError, match=message):
        parse_sheet(broken.to_json())


def summary(edges=(50.0, 60.0), shares=(0.2, 0.5, 0.3), **known):
    return TrainingSummary(missing_share=0.0, edges=edges, shares=shares, **known)


def test_a_histogram_has_one_share_more_than_edges_and_edges_ascend():
    sheet = small_sheet()

    def with_summary(**changes):
        first = dataclasses.replace(sheet.variables[0], training=summary(**changes))
        return dataclasses.replace(sheet, variables=(first, *sheet.variables[1:])).to_json()

    parse_sheet(with_summary())
    for shares in ((0.5, 0.5), (0.2, 0.3, 0.3, 0.2)):
        with pytest.raises(BundleError, match="the shares of variable 'age_years' do not fit its"):
            parse_sheet(with_summary(shares=shares))
    for edges in ((60.0, 50.0), (50.0, 50.0)):
        with pytest.raises(BundleError, match="the edges of variable 'age_years' do not ascend"):
            parse_sheet(with_summary(edges=edges))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sd_prediction": -0.1}, "a standard deviation of the first visit is negative"),
        ({"sds": (-1.0, None, None, 0.0)}, "a standard deviation of the first visit is negative"),
        ({"means": (None,)}, "first visit are not described in every variable"),
        ({"predictions": summary(shares=(1.0,))}, "the shares of the predictions do not fit"),
    ],
)
def test_people_of_the_first_visit_that_cannot_be_are_refused(changes, message):
    sheet = small_sheet()
    n = len(sheet.variables)
    known = {
        "n_people": 10,
        "variables": (TrainingSummary(missing_share=0.0),) * n,
        "means": (None,) * n,
        "sds": (8.0,) * n,
        "predictions": summary(),
        "mean_prediction": 40.0,
        "sd_prediction": 12.0,
    }
    parse_sheet(dataclasses.replace(sheet, first_visit=FirstVisit(**known)).to_json())
    with pytest.raises(BundleError, match=message):
        parse_sheet(dataclasses.replace(sheet, first_visit=FirstVisit(**known | changes)).to_json())


def test_a_sum_of_trees_is_not_divided_by_less_than_one():
    sheet = tree_sheet()
    model = dataclasses.replace(sheet.model, divisor=0.5)
    with pytest.raises(BundleError, match="the trees' sum is divided by less than one"):
        check_sheet(dataclasses.replace(sheet, model=model), name="sheet.json")


def test_trees_are_recalibrated_on_log_odds_alone():
    sheet = tree_sheet()
    model = dataclasses.replace(sheet.model, recalibration=(0.0, 1.0))
    with pytest.raises(BundleError, match="recalibrated on log odds, and their link is another"):
        check_sheet(dataclasses.replace(sheet, model=model), name="sheet.json")


def test_only_trees_may_hold_a_risk_itself():
    sheet = small_sheet(kind="binary")
    model = dataclasses.replace(sheet.model, link="identity")
    with pytest.raises(BundleError, match="link does not fit the kind of outcome"):
        check_sheet(dataclasses.replace(sheet, model=model), name="sheet.json")
