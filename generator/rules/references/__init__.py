"""The parts of the rule `reference`, by what they follow."""
