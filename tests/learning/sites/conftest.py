"""The simulated people of twelve sites behind lme4's figures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

ORACLES = Path(__file__).parents[2] / "oracles"


@pytest.fixture(scope="session")
def people() -> pd.DataFrame:
    return pd.read_csv(ORACLES / "site_effects.csv")


@pytest.fixture(scope="session")
def lme4() -> dict[str, Any]:
    found = json.loads((ORACLES / "site_effects.json").read_text())
    return {
        name: {key: np.atleast_1d(value) for key, value in part.items() if value != {}}
        for name, part in found.items()
        if name != "source"
    }
