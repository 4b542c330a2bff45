"""`omc report 5g-readiness`: which sites should have 5G next, and why."""
