"""Releases and documents by digest, and the durable state that cannot be derived from the chain."""

from ledger.store.audit import AuditTrail
from ledger.store.embargoes import DueDisclosures
from ledger.store.objects import ObjectStore, StoreClass
from ledger.store.outbox import Outbox, OutboxEntry, OutboxStatus
from ledger.store.releases import PreparedRelease, ReleaseStore
from ledger.store.state import State

__all__ = [
    "AuditTrail",
    "DueDisclosures",
    "ObjectStore",
    "Outbox",
    "OutboxEntry",
    "OutboxStatus",
    "PreparedRelease",
    "ReleaseStore",
    "State",
    "StoreClass",
]
