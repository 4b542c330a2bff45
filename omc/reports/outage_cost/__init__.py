"""What outages were due to, and what they cost people: for every report that tells of it."""
