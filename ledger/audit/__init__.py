"""Audits a server from outside (``docs/auditing.md``): what it publishes against what its ledger proves.

It takes a trust policy and an address. Nothing that the server answers is believed; what was proven once is kept in the
auditor's own folder, and lists, files and records are compared with it.
"""
