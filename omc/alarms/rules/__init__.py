"""What people write in config/alarms: its form, its faults, and the same in PromQL."""
