"""Custom components, and a third-party one."""
