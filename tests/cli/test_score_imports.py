"""What the second process of score has imported; elsewhere the module is an import and no more."""

from imports_of_server import imported_alone


def test_it_imports_scoring_and_changes_nothing_else():
    taken = "hiprisk.serving.files.score"
    assert imported_alone("hiprisk.cli.score_imports", taken) == "True False True"
