"""Checks evidence bundles (``docs/bundle-1.md``) from bytes and a trust policy alone: no network, index or settings."""
