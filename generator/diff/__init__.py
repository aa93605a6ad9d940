"""What a change changes: two rendered trees compared by structure, and the same change of many tenants said once."""

from __future__ import annotations

from generator.diff.compare import compare
from generator.diff.edits import apply, edits
from generator.diff.grouping import group
from generator.diff.outliers import outliers

__all__ = ["apply", "compare", "edits", "group", "outliers"]
