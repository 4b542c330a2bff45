"""Who is covered: prediction on a grid, added up by area."""
