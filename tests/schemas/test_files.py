"""Where a schema lies, and how a file names it."""

import pytest

from hiprisk.schemas.files import KINDS, schema_line, schema_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_of_each_kind_is_packaged(kind):
    assert schema_path(kind).is_file()


def test_a_file_names_its_schema_by_a_relative_path(tmp_path):
    line = schema_line("mapping", tmp_path)
    start = "# yaml-language-server: $schema="
    assert line.startswith(start)
    assert line.endswith("\n")
    named = tmp_path / line.removeprefix(start).strip()
    assert named.resolve() == schema_path("mapping").resolve()
