"""The forest of an association: crude and adjusted effects, with their figures beside."""

from hiprisk.reporting.plots.association import association_picture, draw_association
from hiprisk.wording.quantities import with_interval
from report_words import names_in, words_on


def test_each_model_has_its_line_in_words(study):
    table = study.evidence.association
    ax = draw_association(table)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    n = table.rows[0].n
    assert labels == [f"everybody (n = {n})", "crude", "adjusted", "fully adjusted"]
    said = ax.get_title().replace("\n", " ")
    assert said.startswith("Low back pain at the first visit: yes vs no, association with WOMAC")
    assert said.endswith("(simulated data)")
    assert ax.get_xlabel() == ("difference in means (points); to the right: worse in the exposed")
    beside = [text.get_text().replace("\N{MINUS SIGN}", "-") for text in ax.texts]
    assert all(with_interval(row.estimate, 2) in beside for row in table.rows)
    assert names_in(" ".join(words_on(ax))) == []


def test_the_same_table_gives_the_same_picture(study):
    one, two = (association_picture(study.evidence.association, form="svg") for _ in range(2))
    assert one.startswith(b"<?xml")
    assert len(one) == len(two)
