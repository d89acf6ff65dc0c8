"""What a tender asks for and how its bids are ranked (``docs/criteria-1.md``): read, compute, tell. No I/O.

All figures are exact fractions; what is shown of them is rounded, and nothing is decided by what is shown.
"""
