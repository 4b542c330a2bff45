"""`python -m omc` is the `omc` command."""

from omc.cli import main

main()
