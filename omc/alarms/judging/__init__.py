"""From what is read and heard to the verdicts of rules."""
