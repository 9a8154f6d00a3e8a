"""``hiprisk.track`` takes what the other functions return, and models and configs of any form."""

from types import SimpleNamespace

import pytest

import hiprisk
from hiprisk.api.updating import UpdatedModel
from hiprisk.bundle import read_bundle
from hiprisk.errors import InputError
from small_bundle import write_small_bundle


@pytest.fixture
def asked(monkeypatch):
    """What the logging is given."""
    given = {}
    monkeypatch.setattr(
        "hiprisk.api.tracking.track_result", lambda result, **how: given.update(how, result=result)
    )
    return given


def test_an_update_is_logged_with_the_version_that_it_wrote(asked, tmp_path):
    written = write_small_bundle(tmp_path)
    update = SimpleNamespace()
    hiprisk.track(UpdatedModel(bundle=written, result=update))
    assert asked["result"] is update
    assert asked["bundle"].sha256 == read_bundle(written).sha256


def test_a_model_may_be_loaded_or_named(asked, tmp_path):
    written = write_small_bundle(tmp_path)
    for model in (written, str(written), hiprisk.load(written)):
        hiprisk.track(SimpleNamespace(), model=model, experiment="team")
        assert asked["bundle"].name == "small"
    assert (asked["experiment"], asked["config"]) == ("team", None)


def test_what_is_no_result_is_refused():
    with pytest.raises(InputError, match="a dict is no result that is tracked"):
        hiprisk.track({"r2": 0.3})
