"""The EVM over the store: py-evm's Prague rules, with every write held back until the block is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eth.abc import BlockHeaderAPI, ComputationAPI, SignedTransactionAPI, StateAPI
from eth.consensus.context import ConsensusContext
from eth.db.atomic import AtomicDB
from eth.db.backends.base import BaseDB
from eth.db.chain import ChainDB
from eth.vm.chain_context import ChainContext
from eth.vm.forks.prague import PragueVM
from eth.vm.interrupt import EVMMissingData
from eth.vm.spoof import SpoofTransaction
from trie.exceptions import MissingTrieNode

from ledger.chain.node.store import Store, missing_node

HASH_BYTES = 32


class MissingNode(KeyError):
    """Something named by its hash is not in the store."""


@contextmanager
def damage_seen() -> Iterator[None]:
    """Turn whatever py-evm and the trie say about a missing node into :class:`ChainDamaged`."""
    try:
        yield
    except (EVMMissingData, MissingTrieNode) as error:
        raise missing_node(getattr(error, "missing_node_hash", getattr(error, "missing_code_hash", b""))) from error
    except MissingNode as error:
        raise missing_node(error.args[0]) from error


class HeldBack(BaseDB):
    """A key-value view of the store for py-evm. Writes stay here; dropping the object drops them.

    py-evm writes state outside its own batches, so holding back all of them is what makes a block atomic.
    """

    def __init__(self, find: Callable[[bytes], bytes | None]) -> None:
        self.written: dict[bytes, bytes] = {}
        self._find = find

    def __getitem__(self, key: bytes) -> bytes:
        if key in self.written:
            return self.written[key]
        found = self._find(key) if len(key) == HASH_BYTES else None
        if found is None:
            # Not damage yet: py-evm also asks for nodes it made and dropped itself. See damage_seen().
            raise MissingNode(key)
        return found

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.written[key] = value

    def __delitem__(self, key: bytes) -> None:
        # Nodes of older states stay: a proof for an old block needs them.
        self.written.pop(key, None)

    def _exists(self, key: bytes) -> bool:
        return key in self.written or (len(key) == HASH_BYTES and self._find(key) is not None)


class Machine:
    """Runs transactions on the state after any block."""

    def __init__(self, store: Store, chain_id: int) -> None:
        self._store, self._chain_id = store, chain_id

    def vm(self, header: BlockHeaderAPI) -> tuple[PragueVM, HeldBack]:
        """A machine in the context of ``header``, starting at its state root, and what it will write."""
        held = HeldBack(self._store.find_node)
        chaindb = ChainDB(AtomicDB(held))
        vm = PragueVM(
            header=header,
            chaindb=chaindb,
            chain_context=ChainContext(self._chain_id),
            consensus_context=ConsensusContext(chaindb.db),
        )
        return vm, held

    def state(self, header: BlockHeaderAPI) -> StateAPI:
        """The state after ``header``'s block."""
        return self.vm(header)[0].state

    def unsigned(
        self, state: StateAPI, sender: bytes, to: bytes, data: bytes, gas: int, value: int
    ) -> SignedTransactionAPI:
        """A transaction of ``sender`` that nobody signed, for simulation only."""
        transaction = PragueVM.get_transaction_builder().new_unsigned_dynamic_fee_transaction(  # type: ignore[attr-defined]
            chain_id=self._chain_id,
            nonce=state.get_nonce(sender),  # type: ignore[arg-type]
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=gas,
            to=to,
            value=value,
            data=data,
            access_list=(),
        )
        return SpoofTransaction(transaction, from_=sender)  # type: ignore[return-value]


def try_out(state: StateAPI, transaction: SignedTransactionAPI) -> ComputationAPI:
    """Run a transaction and take back what it did to ``state``."""
    before = state.snapshot()
    try:
        return state.apply_transaction(transaction)
    finally:
        state.revert(before)
