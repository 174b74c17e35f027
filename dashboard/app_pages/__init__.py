"""One file per page: choose, load, show."""
