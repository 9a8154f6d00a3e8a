"""TRIPOD+AI's items as a list: who answers each, and that config and report know the names."""

import dataclasses

import pytest

from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.reporting.guidelines.tripod_topics import TOPICS

NUMBERS = [topic.number for topic in TOPICS]


def test_no_item_stands_there_twice():
    assert len(NUMBERS) == len(set(NUMBERS))


@pytest.mark.parametrize("topic", TOPICS, ids=NUMBERS)
def test_every_item_says_what_it_asks_for_and_who_answers(topic):
    assert topic.topic
    assert topic.sections or topic.key


@pytest.mark.parametrize("topic", [one for one in TOPICS if one.key], ids=lambda one: one.key)
def test_every_answer_is_a_key_of_the_config(topic):
    assert topic.key in {field.name for field in dataclasses.fields(AuthorsAnswers)}


@pytest.mark.parametrize(
    "topic", [one for one in TOPICS if one.missing], ids=lambda one: one.number
)
def test_what_needs_both_has_both(topic):
    assert topic.sections
    assert topic.key
