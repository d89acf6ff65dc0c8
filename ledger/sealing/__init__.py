"""Sealed bids, format ``siegel/1`` (``docs/siegel-1.md``): seal, share, check, contribute, open, disclose.

No I/O beyond the streams that are given. What a bid is committed to on the chain is in ``ledger.chain.identifiers``.
"""
