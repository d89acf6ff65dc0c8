"""Closing and opening a round of sealed bids (``docs/opening.md``): what officers and custodians decide from what they
hold. No HTTP: what a server gave is handed in, and the keys stay with whoever calls.
"""
