"""Side-by-side benchmarks, each runnable by anyone with one command."""
