"""What makes two runs the same study."""

import dataclasses

from hiprisk.learning.study_identity import study_identity, study_participants
from study_text import small_study

NAMED = ("sites=named", "cohort.simulate.n_sites=3")


def identity(*overrides, **cohort_changes):
    config = small_study(*overrides)
    cohort, selection = study_participants(config)
    cohort = dataclasses.replace(cohort, **cohort_changes)
    return study_identity(config, cohort, selection.dictionary)


def test_config_cohort_and_dictionary_each_make_another_study():
    own = "cohort.simulate.seed=3"
    found = [identity(), identity("seed=2"), identity(own), identity(fingerprint="x")]
    assert len(set(found)) == len(found)
    assert identity() == found[0]
    config = small_study(*NAMED)
    cohort, selection = study_participants(config)
    there = study_identity(config, cohort, selection.dictionary)
    assert there != study_identity(config, cohort, cohort.dictionary)


def test_sites_are_named_where_the_model_has_them_by_name():
    _, selection = study_participants(small_study(*NAMED))
    assert selection.dictionary["site"].kind == "category"
    _, selection = study_participants(small_study("cohort.simulate.n_sites=3"))
    assert selection.dictionary["site"].kind != "category"
