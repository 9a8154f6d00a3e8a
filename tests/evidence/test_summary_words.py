"""The summary's sentences are read by people who know no names of models."""

from types import SimpleNamespace

from hiprisk.evidence.summary import _association


def test_the_association_says_what_it_is_adjusted_for():
    row = SimpleNamespace(
        model="adjusted_baseline",
        measure="mean_difference",
        estimate=SimpleNamespace(value=7.67, low=5.09, high=10.25),
    )
    table = SimpleNamespace(
        exposure="low back pain: yes vs no", rows=[row], strata=None, unit="points 0-100"
    )
    [said] = _association(SimpleNamespace(association=table))
    assert said == (
        "Low back pain: yes vs no, adjusted for the confounders and the baseline score: difference "
        "in means 7.67 points (95 % CI 5.09 to 10.25); an association, not proof of a causal "
        "effect."
    )
