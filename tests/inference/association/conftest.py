"""Tables that the tests of every part of the association share."""

import pytest

from association_tables import NO_SPLINES, study, table_of
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.inference.association import run_associate


@pytest.fixture(scope="session")
def complete():
    """Nobody's value is missing; hips and knees."""
    return simulate_cohort(
        "stupar", n=300, seed=5, lbp_effect=11.4, knee_share=0.5, missing=False
    ).frame


@pytest.fixture(scope="session")
def whole(complete):
    return table_of(complete, study(NO_SPLINES))


@pytest.fixture(scope="session")
def pooled():
    return run_associate(study("cohort.simulate.n=300"))


@pytest.fixture(scope="session")
def hips(tmp_path_factory):
    """A file of hips, read with a mapping that says so."""
    folder = tmp_path_factory.mktemp("hips")
    frame = simulate_cohort("stupar", n=260, seed=8, lbp_effect=11.4, grain="hip").frame
    frame.to_csv(folder / "hips.csv", index=False)
    names = [name for name in frame.columns if name != "rater_id"]
    mapping = "grain: hip\nprovenance: simulated\nvariables:\n"
    (folder / "hips.yaml").write_text(mapping + "".join(f"  {n}: {n}\n" for n in names))
    return folder, frame


@pytest.fixture(scope="session")
def binary():
    return run_associate(
        study(
            "cohort.simulate.n=500",
            "cohort.simulate.lbp_effect=11.4",
            "association={exposure: lbp_any, level: yes}",
            name="stupar_worsening",
        )
    )
