"""Names of models and folders of their versions."""

import pytest

from hiprisk.bundle import find_bundle, list_bundles
from hiprisk.errors import ConfigError
from small_bundle import write_small_bundle


def test_versions_are_the_next_whole_number(tmp_path):
    paths = [write_small_bundle(tmp_path) for _ in range(3)]
    assert [path.name for path in paths] == ["1", "2", "3"]
    assert list_bundles(tmp_path) == paths
    assert find_bundle(tmp_path / "small") == paths[2]
    assert find_bundle("small", root=tmp_path) == paths[2]
    assert find_bundle("small@2", root=tmp_path) == paths[1]


@pytest.mark.parametrize(
    "name", ["../x", "/abs", "a/b", "A", "", "x" * 65, "a\0b", "con", ".hidden", "aux.1"]
)
def test_an_unsafe_name_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="1 to 64 lower-case") as caught:
        write_small_bundle(tmp_path, name=name)
    assert caught.value.code == "BAD_NAME"
