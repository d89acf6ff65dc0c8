"""Releases and documents by digest, and the durable state that cannot be derived from the chain."""
