"""eth_call and eth_estimateGas: running a transaction without keeping what it does.

``latest`` and ``pending`` run as in the *next* block (its number, the present second), since blocks are made only when
there are transactions: what is simulated now is what would happen if it were sent now. An older block, given by number
or hash, runs as in that block.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from eth.abc import BlockHeaderAPI, ComputationAPI
from eth.constants import ZERO_ADDRESS
from eth.exceptions import Revert, VMError
from eth.vm.forks.prague import PragueVM
from eth_abi.abi import decode as abi_decode
from eth_abi.exceptions import DecodingError
from eth_utils.exceptions import ValidationError

from ledger.chain.node import arguments
from ledger.chain.node.genesis import BLOCK_GAS_LIMIT
from ledger.chain.node.machine import Machine, try_out
from ledger.chain.node.pool import MAX_TRANSACTION_GAS, floor_gas
from ledger.errors import RpcError

CALL_GAS = 10_000_000
"""py-evm runs 3 to 4 million gas a second: a call may hold up the others for about three seconds."""

_REVERTED, _REFUSED = 3, -32000
_ERROR_STRING = bytes.fromhex("08c379a0")
_STIPEND = 2_300


def next_header(head: BlockHeaderAPI, now: int) -> BlockHeaderAPI:
    """The context of a block made on ``head`` at second ``now``, with the state of ``head``."""
    return PragueVM.create_header_from_parent(  # type: ignore[no-any-return]
        head, gas_limit=BLOCK_GAS_LIMIT, timestamp=max(now, head.timestamp + 1), coinbase=ZERO_ADDRESS
    )


class Simulation:
    """One call object of JSON-RPC on one state."""

    def __init__(self, machine: Machine, header: BlockHeaderAPI, call: Any) -> None:
        if not isinstance(call, dict):
            raise RpcError(arguments.INVALID, "transaction: expected an object")
        self._machine, self._state = machine, machine.state(header)
        sender, to = call.get("from"), call.get("to")
        payload = call.get("input", call.get("data"))
        self._sender = arguments.account(sender, "from") if sender else ZERO_ADDRESS
        self._to = arguments.account(to, "to") if to else b""
        self._data = arguments.data(payload, "input") if payload else b""
        self._gas = arguments.quantity(call["gas"], "gas") if call.get("gas") else None
        self._value = arguments.quantity(call["value"], "value") if call.get("value") else 0

    def _run(self, gas: int) -> ComputationAPI:
        signed = self._machine.unsigned(self._state, self._sender, self._to, self._data, gas, self._value)
        if gas < signed.intrinsic_gas:
            raise RpcError(_REFUSED, f"intrinsic gas too low: have {gas}, want {signed.intrinsic_gas}")
        try:
            return try_out(self._state, signed)
        except ValidationError as error:
            raise RpcError(_REFUSED, f"insufficient funds or invalid call: {error}") from error

    def call(self) -> bytes:
        """The output. Raises :class:`RpcError` 3 with the revert's data, -32000 for other failures of the EVM."""
        computation = self._run(min(self._gas or CALL_GAS, CALL_GAS))
        if computation.is_error:
            raise evm_error(computation.error)
        return computation.output

    def estimate(self) -> int:
        """A gas limit with which the transaction succeeds, about 5 % above the least such limit.

        Generous rather than exact: gas costs nothing here, and the state may change before the transaction runs.
        """
        most = min(self._gas or MAX_TRANSACTION_GAS, MAX_TRANSACTION_GAS)
        computation = self._run(most)
        if computation.is_error:
            raise evm_error(computation.error)
        consumed = most - computation.get_gas_remaining()
        enough = max(consumed, floor_gas(self._data))
        low, high = enough - 1, most
        # A call hands on at most 63/64 of its gas, so this is nearly always sufficient.
        guess = enough + enough // 63 + _STIPEND
        while high - low > high // 20:
            if not low < guess < high:
                guess = (low + high) // 2
            if self._run(guess).is_error:
                low = guess
            else:
                high = guess
        return high


def evm_error(error: VMError) -> RpcError:
    """What went wrong in the EVM as JSON-RPC says it: a revert is code 3 with its data."""
    if not isinstance(error, Revert):
        name = type(error).__name__
        return RpcError(_REFUSED, "out of gas" if name == "OutOfGas" else f"{name}: {error}")
    output = error.args[0] if error.args and isinstance(error.args[0], bytes) else b""
    message = "execution reverted"
    if output[:4] == _ERROR_STRING:
        # Where the text cannot be decoded, the data says it all the same.
        with suppress(DecodingError, UnicodeDecodeError, OverflowError):
            message += f": {abi_decode(['string'], output[4:])[0]}"
    return RpcError(_REVERTED, message, "0x" + output.hex())
