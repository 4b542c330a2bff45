"""Reports for planners: who is covered, what was available, where 5G should go."""
