"""A study config from a file, with options laid over it."""

from pathlib import Path

import pytest

from hiprisk.config import load_config
from hiprisk.config.reading import resolved
from hiprisk.errors import ConfigError
from study_text import TEXT, check_refused, small_study

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_config_of_the_project_is_read(path):
    assert load_config(path).predictors


def test_paths_start_at_the_folder_of_the_config(tmp_path):
    text = TEXT.replace(
        "simulate: {preset: stupar, n: 100, seed: 2}", "file: c.csv, mapping: m.yaml"
    )
    (tmp_path / "s.yaml").write_text(text)
    cohort = load_config(tmp_path / "s.yaml").cohort
    assert (cohort.file, cohort.mapping) == (str(tmp_path / "c.csv"), str(tmp_path / "m.yaml"))


def test_the_resolved_config_does_not_say_where_files_lie(tmp_path):
    text = TEXT.replace(
        "simulate: {preset: stupar, n: 100, seed: 2}", "file: c.csv, mapping: m.yaml"
    )
    (tmp_path / "s.yaml").write_text(text)
    plain = resolved(load_config(tmp_path / "s.yaml"))
    assert (plain["cohort"]["file"], plain["cohort"]["mapping"]) == ("c.csv", "m.yaml")
    assert str(tmp_path) not in str(plain)


def test_the_resolved_config_holds_every_default():
    plain = resolved(small_study())
    assert plain["tuning"] == {
        "trials": 30, "folds": 5, "group_by": "person", "loss": "mse", "keep": False,
    }  # fmt: skip
    assert plain["families"]["boosting"] is None


def test_options_replace_keys_at_any_depth_and_the_last_one_counts():
    study = small_study(
        "seed=7", "tuning.trials=3", "tuning.trials=4", "families.linear.l1_share=0"
    )
    assert (study.seed, study.tuning.trials, study.families.linear.l1_share) == (7, 4, 0.0)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("seed", "--set: 'seed' is not of the form a.b=value"),
        ("=3", "--set: '=3' is not of the form a.b=value"),
        ("a" + ".a" * 5000 + "=1", "--set: the key has 5000 dots"),
        ("seed.deep=3", "--set: 'seed.deep' is below a key that is not a section"),
        ("seed=x", "--set seed: must be a whole number"),
        ("tuning={trials: 0}", "--set tuning.trials: must be at least 1"),
        ("titel=x", "--set titel: this key is not known (did you mean title?)"),
        ("seed=[", "--set: line 2: not YAML"),
    ],
)
def test_an_option_that_cannot_be_is_named_in_place_of_the_file(override, message):
    check_refused(message, override)


def test_a_broken_rule_of_a_section_names_the_option_inside_it():
    check_refused(
        "small.yaml: outcome (line 7) with --set outcome.baseline", "outcome.baseline=null"
    )


def test_a_broken_rule_of_the_whole_file_names_no_option_that_may_have_nothing_to_do_with_it():
    with pytest.raises(ConfigError, match="take ordinal and boosting out") as refused:
        small_study("families={linear: {}, ordinal: {}, boosting: {}}", "sites=random", "seed=3")
    assert "with --set" not in str(refused.value)


def test_labels_go_with_the_blocks_that_an_option_replaces():
    labels = "block_labels={back: low back pain}"
    assert small_study(labels).block_labels == {"back": "low back pain"}
    assert (
        small_study(labels, "blocks={core: [age_years, womac_function_0_100]}").block_labels == {}
    )
