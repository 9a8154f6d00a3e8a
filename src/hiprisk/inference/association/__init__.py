"""What a declared exposure does: the adjusted table of a cohort paper, pooled, in plain words."""

from hiprisk.inference.association.result import (
    AssociationRow,
    AssociationTable,
    NegativeControl,
    StratumDifference,
)
from hiprisk.inference.association.table import (
    associate,
    association_refusal,
    check_association,
    run_associate,
)

__all__ = [
    "AssociationRow",
    "AssociationTable",
    "NegativeControl",
    "StratumDifference",
    "associate",
    "association_refusal",
    "check_association",
    "run_associate",
]
