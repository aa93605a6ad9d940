"""Drift: what a rendered tree says against what a cluster holds. Pure; `kubectl.py` fetches, `commands/drift.py` shows."""
