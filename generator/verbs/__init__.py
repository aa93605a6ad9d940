"""What verbs do once their command line is understood: those that are run most, without click. Each module's `run` is a verb."""
