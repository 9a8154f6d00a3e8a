"""Names of the rows and measures of an association table."""

import re

from hiprisk.wording.associations import MEASURE_LABELS, MODEL_LABELS, MODEL_SHORT_LABELS


def test_every_adjustment_has_a_long_and_a_short_name():
    assert MODEL_LABELS.keys() == MODEL_SHORT_LABELS.keys()
    for name, short in MODEL_SHORT_LABELS.items():
        assert len(short) <= len(MODEL_LABELS[name])


def test_no_name_is_one_of_a_column():
    named = (MODEL_LABELS, MODEL_SHORT_LABELS, MEASURE_LABELS)
    for label in (label for labels in named for label in labels.values()):
        assert re.fullmatch(r"[a-z() ]+", label)


def test_no_two_rows_share_a_name():
    for labels in (MODEL_LABELS, MODEL_SHORT_LABELS, MEASURE_LABELS):
        assert len({*labels.values()}) == len(labels)
