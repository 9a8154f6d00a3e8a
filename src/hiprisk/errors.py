"""The refusals of hiprisk: one line for a person, an exit code for a script."""

from __future__ import annotations

import enum

# In the place of a file's name, where a cohort came as a data frame.
DATA_FRAME = "DataFrame"


class ExitCode(enum.IntEnum):
    """What a command answers to the shell."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    INPUT_REFUSED = 3
    BUNDLE_REFUSED = 4
    IO = 5
    SOME_ROWS_REFUSED = 6
    INTERRUPTED = 130


class HipRiskError(Exception):
    """A refusal that a person can act on.

    Parameters
    ----------
    reason : str
        What rule was broken and what came. Never the cell of a file, never a patient label.
    code : str
        Short upper-case word that scripts can match, for instance ``RAGGED``.
    file : str, optional
        Name of the file without its folder.
    row : int, optional
        Row of the file, the first one concerned, as a text editor counts: the header is row 1; of
        a data frame its position from 0.
    column : str, optional
        Column, key or option concerned.
    advice : str, optional
        What to do next.
    """

    exit_code: ExitCode = ExitCode.USAGE
    default_code = "ERROR"

    def __init__(
        self,
        reason: str,
        *,
        code: str | None = None,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        advice: str | None = None,
    ) -> None:
        self.reason = reason
        self.code = code or self.default_code
        self.file = file
        self.row = row
        self.column = column
        self.advice = advice
        super().__init__(str(self))

    def __str__(self) -> str:
        """The line without its ``hiprisk: error[CODE]`` head."""
        where = [self.file] if self.file else []
        if self.row is not None:
            counted = "position" if self.file == DATA_FRAME else "row"
            where.append(f"{counted} {self.row}")
        if self.column:
            where.append(self.column)
        place = ": ".join(where)
        line = f"{place}: {self.reason}" if place else self.reason
        return f"{line} ({self.advice})" if self.advice else line

    def to_dict(self) -> dict[str, object]:
        """The same refusal for ``--json``."""
        return {
            "error": self.code,
            "reason": self.reason,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "advice": self.advice,
            "exit_code": int(self.exit_code),
        }


class InputError(HipRiskError, ValueError):
    """Data that cannot be used as they are."""

    exit_code = ExitCode.INPUT_REFUSED
    default_code = "INPUT"


class ConfigError(HipRiskError, ValueError):
    """A config, an option or a call that does not say what to do."""

    exit_code = ExitCode.USAGE
    default_code = "CONFIG"


class BundleError(HipRiskError, ValueError):
    """A bundle or sheet that is not what its manifest promises."""

    exit_code = ExitCode.BUNDLE_REFUSED
    default_code = "BUNDLE"


class StoreError(HipRiskError, OSError):
    """A disk, a folder, a tracking store or a cluster that did not do its part."""

    exit_code = ExitCode.IO
    default_code = "IO"


class MissingExtraError(HipRiskError, ImportError):
    """An optional package is absent; the message names the extra that brings it."""

    exit_code = ExitCode.USAGE
    default_code = "EXTRA"


class DefectError(HipRiskError):
    """A fault of hiprisk itself; raised nowhere, it gives the command line's last report."""

    exit_code = ExitCode.DEFECT
    default_code = "INTERNAL"


class HipRiskWarning(UserWarning):
    """Something in a cohort that looks odd and is used as it is, told by a public function."""
