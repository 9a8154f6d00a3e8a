"""Metadata of a model, and the page without a calculator."""

from hiprisk.serving.http.metadata import describe, health, page_policy, plain_page
from service_client import small_model


def test_a_page_may_run_its_own_script_and_style_and_no_other():
    policy = page_policy("<style>a{}</style><script nonce=x>let b</script>")
    # printf 'let b' | openssl dgst -sha256 -binary | openssl base64
    assert "script-src 'sha256-gZ7YtBHYJlXDIlfAddq5Sw/QYJv5E8tJmDWivVTn/60='" in policy
    assert "style-src 'sha256-" in policy
    assert "unsafe" not in policy


def test_metadata_names_the_model_and_each_variable_with_what_it_takes(tmp_path):
    model = small_model(tmp_path)
    told = describe(model)
    assert told["bundle_sha256"] == health(model)["bundle_sha256"] == model.bundle.sha256
    age = told["variables"][0]
    assert (age["name"], age["weight"], age["takes"]) == ("age_years", 0.1, "18 to 110 years")


def test_a_plain_page_escapes_what_the_sheet_says(tmp_path):
    model = small_model(tmp_path)
    object.__setattr__(model.sheet, "title", "<script>alert(1)</script>")
    page = plain_page(model)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "SIMULATED" in page
