"""What a block of predictors adds (low back pain, hip motion), and whether that is worth having."""

from hiprisk.inference.increment.added import AddedValue, Addition, Gain, WhatIf
from hiprisk.inference.increment.comparing import (
    Comparison,
    added_value,
    plan_nest,
    prepare_contest,
    resolved_comparison,
    run_compare,
)

__all__ = [
    "AddedValue",
    "Addition",
    "Comparison",
    "Gain",
    "WhatIf",
    "added_value",
    "plan_nest",
    "prepare_contest",
    "resolved_comparison",
    "run_compare",
]
