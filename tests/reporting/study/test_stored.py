"""The report that a bundle holds."""

import pytest

from hiprisk.bundle.reading import read_bundle
from hiprisk.errors import InputError
from hiprisk.reporting.study.stored import stored_report
from small_bundle import write_small_bundle


def test_html_is_the_bytes_of_the_bundle(tmp_path):
    write_small_bundle(tmp_path, files={"report.html": b"<p>as written</p>"})
    assert stored_report(read_bundle("small", root=tmp_path)) == b"<p>as written</p>"


def test_a_bundle_without_a_report_says_which_it_is(tmp_path):
    write_small_bundle(tmp_path)
    with pytest.raises(InputError, match="small@1: this bundle has no report"):
        stored_report(read_bundle("small", root=tmp_path))
