"""Typed acts, their codec, and access to any chain node. The embedded chain is in ``ledger.chain.node``."""
