"""One file a page: pick, load, draw."""
