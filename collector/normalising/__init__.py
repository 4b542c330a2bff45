"""Raw varbinds of one device become samples of catalogue metrics."""
