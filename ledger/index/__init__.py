"""Derived tables that make searching fast; thrown away and made again from chain and store at will."""
