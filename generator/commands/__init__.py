"""The verbs of `quad`, one a file; each module's `command` is the click command."""
