"""`python -m pipeline.cli`: the `inkling` command."""

from pipeline.cli.main import main

main()
