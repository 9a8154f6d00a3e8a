"""Which files each kind of result is written down as."""

import pytest

from hiprisk.errors import InputError
from hiprisk.reporting.results.command_results import files_of_result


def test_what_is_no_result_is_refused():
    with pytest.raises(InputError, match="a dict is no result of validate, update, drift"):
        files_of_result({})
