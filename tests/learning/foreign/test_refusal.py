"""The refusal of a model that a sheet cannot hold."""

from hiprisk.errors import ExitCode
from hiprisk.learning.foreign.refusal import NotPortableError


def test_it_is_a_letter_with_a_code():
    refusal = NotPortableError("no", advice="do this")
    assert (refusal.code, refusal.exit_code) == ("NOT_PORTABLE", ExitCode.USAGE)
    assert str(refusal) == "no (do this)"
