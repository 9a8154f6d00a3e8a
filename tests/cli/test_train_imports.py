"""What workers of train have imported; in any other process the module is an import and no more."""

from imports_of_server import imported_alone


def test_it_imports_the_study_and_changes_nothing_else():
    assert imported_alone("hiprisk.cli.train_imports", "hiprisk.study") == "True False True"
