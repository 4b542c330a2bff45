"""The omc command, and the neutral ground that every room stands on."""
