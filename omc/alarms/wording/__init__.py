"""An alarm in words: what it is, whom it concerns, why it is believed."""
