"""`python -m guanxi.cli` is `guanxi`."""

from guanxi.cli import main

main(prog_name="guanxi")
