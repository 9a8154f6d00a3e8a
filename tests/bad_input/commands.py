"""Running a command in this process."""

from hiprisk.cli import main


def run(capsys, *argv):
    """Exit code, stdout and stderr of a command."""
    code = main([str(word) for word in argv])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def names_in(folder):
    """Names of everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())
