"""What a block of predictors adds (low back pain, hip motion), and whether that is worth having."""

from hiprisk.inference.increment.compare import added_value, run_compare
from hiprisk.inference.increment.comparison import Comparison, resolved_comparison
from hiprisk.inference.increment.plan import plan_nested_models
from hiprisk.inference.increment.preparation import (
    check_comparison,
    check_minimum_gain,
    prepare_comparison,
)
from hiprisk.inference.increment.results import AddedValue, Addition, ErrorFreeResult, Gain

__all__ = [
    "AddedValue",
    "Addition",
    "Comparison",
    "ErrorFreeResult",
    "Gain",
    "added_value",
    "check_comparison",
    "check_minimum_gain",
    "plan_nested_models",
    "prepare_comparison",
    "resolved_comparison",
    "run_compare",
]
