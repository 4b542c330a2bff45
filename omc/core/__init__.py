"""The words everything else is said in: model, catalogue, inventory, settings, errors."""
