"""What a block of predictors adds (low back pain, hip motion), and whether that is worth having."""

from hiprisk.inference.increment.added import AddedValue, Addition, Gain, WhatIf
from hiprisk.inference.increment.comparing import added_value, run_compare
from hiprisk.inference.increment.comparison import Comparison, resolved_comparison
from hiprisk.inference.increment.planning import plan_nest
from hiprisk.inference.increment.preparing import prepare_contest

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
