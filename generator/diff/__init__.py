"""What a change changes: two rendered trees compared by structure, and the same change of many tenants said once."""

from __future__ import annotations

from generator.diff.compare import compare
from generator.diff.edits import apply, edits

__all__ = ["apply", "compare", "edits"]
