"""Arguments of the public functions, and refusals in Python's words."""

import numpy as np
import pytest

from hiprisk.api.arguments import check_choice, check_whole, in_python_words, levels_by_variable
from hiprisk.errors import ConfigError


def refused(**letter):
    @in_python_words
    def work():
        raise ConfigError(letter.pop("reason", "no"), **letter)

    with pytest.raises(ConfigError, match=r".") as caught:
        work()
    return caught.value


def test_a_refusal_names_arguments_where_the_command_names_options():
    found = refused(reason="--name-sites goes with --by-site", column="--name-sites",
                    advice="add --force, or --accept-units")  # fmt: skip
    assert found.reason == "name_sites goes with by_site"
    assert found.column == "name_sites"
    assert str(found) == (
        "name_sites: name_sites goes with by_site (add force=True, or accept_units=True)"
    )
    assert found.args == (str(found),)


def test_a_whole_command_line_stays_as_it_is_typed():
    advice = "hiprisk update --predictions makes one of a column"
    assert refused(advice=advice).advice == advice


def test_an_argument_of_another_kind_is_refused_by_its_name():
    @in_python_words
    def work(model=None, *, by=None, out=None, seed=0, mapping=None, alpha=0.1, on_finding=None):
        return by, seed

    assert work(by="sex", seed=np.int64(3)) == (("sex",), 3)
    assert type(work(seed=np.int64(3))[1]) is int
    refused = {
        "by": (3, "a text or a list of texts, and something of type int came"),
        "out": (3, "a path, and"),
        "mapping": ([], "a path or a mapping, and something of type list"),
        "alpha": ("x", "a number, and something of type str"),
        "on_finding": (1, "callable, and"),
        "seed": (None, "a whole number, and something of type NoneType"),
        "model": ({}, "a model, a bundle, or its path or name, and something of type dict"),
    }
    for name, (value, words) in refused.items():
        with pytest.raises(ConfigError, match=f"^{name}: must be {words}"):
            work(**{name: value})


def test_a_number_below_its_least_or_of_another_kind_is_refused():
    check_whole("seed", 0, least=0)
    for value in (-1, 2.0, True, "3"):
        with pytest.raises(ConfigError, match="seed: must be a whole number of 0 or more, got"):
            check_whole("seed", value, least=0)


def test_a_word_that_is_no_choice_is_refused():
    with pytest.raises(ConfigError, match="method: must be one of a, b, got 'c'"):
        check_choice("method", "c", ("a", "b"))


def test_levels_may_stand_without_a_list():
    assert levels_by_variable({"site": "a", "year": [2017, "2018"]}) == {
        "site": ("a",), "year": ("2017", "2018"),
    }  # fmt: skip
    assert levels_by_variable(None) == {}
    with pytest.raises(ConfigError, match="where: must be a mapping"):
        levels_by_variable("site=a")
