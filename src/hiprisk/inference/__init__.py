"""What a study may conclude: what a block adds, what an exposure does, how large it must be.

`exposure_effect` and `impute_frame` take a data frame; `hiprisk.associate` and `hiprisk.compare`
take a study, impute missing values and give `AssociationTable` and `AddedValue`. Names are resolved
on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.inference.association.result import AssociationTable
    from hiprisk.inference.effects.evalue import EValue, e_value_of_difference, e_value_of_ratio
    from hiprisk.inference.effects.exposure import ExposureEffect, exposure_effect
    from hiprisk.inference.effects.frame_imputation import impute_frame
    from hiprisk.inference.increment.results import AddedValue

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "AddedValue": "hiprisk.inference.increment.results",
        "AssociationTable": "hiprisk.inference.association.result",
        "EValue": "hiprisk.inference.effects.evalue",
        "ExposureEffect": "hiprisk.inference.effects.exposure",
        "e_value_of_difference": "hiprisk.inference.effects.evalue",
        "e_value_of_ratio": "hiprisk.inference.effects.evalue",
        "exposure_effect": "hiprisk.inference.effects.exposure",
        "impute_frame": "hiprisk.inference.effects.frame_imputation",
    },
)

__all__ = [
    "AddedValue",
    "AssociationTable",
    "EValue",
    "ExposureEffect",
    "e_value_of_difference",
    "e_value_of_ratio",
    "exposure_effect",
    "impute_frame",
]
