"""Provenance: what is needed to make the report again."""

from hiprisk.reporting.appendix.provenance import provenance_section


def test_seed_hash_and_versions_stand_there(study):
    section = provenance_section(
        study.evidence, study.config, cohort_fingerprint="ab12", created_with={"numpy": "2.4.6"}
    )
    rows = dict(section.tables[0].rows)
    assert rows["seed"] == str(study.config.seed)
    assert rows["cohort fingerprint"] == "`ab12`"
    assert rows["numpy"] == "2.4.6"
    assert rows["data"] == "simulated people"
