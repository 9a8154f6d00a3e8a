"""What an update says of itself."""

from updated_models import updated


def test_lineage_names_the_parent_and_its_own_lineage():
    _, result = updated("intercept")
    line = result.lineage({"parent_name": "older"})
    assert line["parent_bundle_sha256"] == "ab"
    assert line["method"] == "intercept"
    assert line["n"] == 400
    assert line["parent_lineage"] == {"parent_name": "older"}
