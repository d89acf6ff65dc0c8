"""The API's description holds: a fuzzer (schemathesis) asks all that it describes and compares the answers with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.transport.serialization import Binary

from tests.api.conftest import Api
from tests.api.receiving import Desk


@schemathesis.serializer("application/offset+octet-stream")
def bytes_as_they_are(_context: Any, value: Any) -> bytes:
    """What the fuzzer made for a body of bytes, or instead of them."""
    return bytes(value.data) if isinstance(value, Binary) else str(value).encode()


@pytest.fixture(scope="module")
def operations(api: Api) -> list[Any]:
    """What a served town's API describes."""
    description = schemathesis.openapi.from_url(f"{api.site.url}/api/v1/openapi.json")
    found = list(description.get_all_operations())
    assert all(isinstance(each, Ok) for each in found)
    return [each.ok() for each in found if isinstance(each, Ok)]


def test_ask_whatever_is_described_answers_as_described(operations: list[Any]) -> None:
    """No failure of the server; every status, media type and body is one that the description names."""
    assert len(operations) > 20
    for operation in operations:
        # A cursor is opaque: the description cannot say which ones a list gave out.
        ask(operation, lambda case: "cursor" in (case.query or {}))


def test_hand_in_whatever_is_described_answers_as_described(desk: Desk) -> None:
    """The same where there is a receiver: what fits the description's form and no rule is refused by name."""
    description = schemathesis.openapi.from_url(f"{desk.client.base_url}/api/v1/openapi.json")
    found = [each.ok() for each in description.get_all_operations() if isinstance(each, Ok)]
    handing_in = [each for each in found if each.tags == ["handing in"]]
    assert len(handing_in) == 8
    for operation in handing_in:
        ask(operation, lambda _: True)


def ask(operation: Any, is_opaque: Callable[[Any], bool]) -> None:
    """Fuzz one operation; of ``opaque`` cases valid values may be refused."""

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        case.call_and_validate(excluded_checks=[positive_data_acceptance] if is_opaque(case) else [])

    asked()
