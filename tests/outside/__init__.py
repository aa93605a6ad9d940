"""Checks that others wrote, over the rendered sample fleet: `python -m tests.outside.run`."""
