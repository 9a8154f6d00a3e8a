"""The report that a bundle holds."""

import pytest

from hiprisk.bundle.reading import read_bundle
from hiprisk.errors import BundleError, InputError
from hiprisk.reporting.study.stored import stored_report
from small_bundle import write_small_bundle


def test_html_is_the_bytes_of_the_bundle(tmp_path):
    write_small_bundle(tmp_path, files={"report.html": b"<p>as written</p>"})
    assert stored_report(read_bundle("small", root=tmp_path)) == b"<p>as written</p>"


def test_a_report_that_was_changed_is_not_given_away(tmp_path):
    path = write_small_bundle(tmp_path, files={"report.html": b"<p>as written</p>"})
    bundle = read_bundle("small", root=tmp_path)
    (path / "report.html").write_bytes(b"<p>a s written</p>")
    with pytest.raises(BundleError, match=r"report\.html"):
        stored_report(bundle)


def test_a_bundle_without_a_report_says_which_it_is(tmp_path):
    write_small_bundle(tmp_path)
    with pytest.raises(InputError, match="small@1: this bundle has no report"):
        stored_report(read_bundle("small", root=tmp_path))
