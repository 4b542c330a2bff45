"""How far a cell reaches: path loss, antennas, link budgets and shadow fading."""
