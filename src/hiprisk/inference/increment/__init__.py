"""What a block of predictors adds (low back pain, hip motion), and whether that is worth having."""

from hiprisk.inference.increment.compare import added_value, run_compare
from hiprisk.inference.increment.comparison import Comparison, resolved_comparison
from hiprisk.inference.increment.plan import plan_nest
from hiprisk.inference.increment.preparation import prepare_contest
from hiprisk.inference.increment.results import AddedValue, Addition, Gain, WhatIf

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
