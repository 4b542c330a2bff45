"""`omc report availability`: what was up, what was not, why, and whom it cost."""
