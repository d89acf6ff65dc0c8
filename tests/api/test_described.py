"""The API's description holds: a fuzzer (schemathesis) asks all that it describes and compares the answers with it."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.conftest import Api


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

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            # A cursor is opaque: the description cannot say which ones a list gave out.
            excluded = [positive_data_acceptance] if "cursor" in (case.query or {}) else []
            case.call_and_validate(excluded_checks=excluded)

        ask()
