"""The parameters that narrow a list of processes, the same for the list, its CSV, its bulk files and its feed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.answers import DIGEST_PATTERN, digest_of
from ledger.errors import InvalidParameter
from ledger.index.rows import ProcessFilter, Sort, Status

FAR = 2**53
"""Times are JSON numbers that every reader counts exactly."""

MOST_WORDS = 20
"""Each word of a search is looked for in every process."""


def words_in(text: str) -> list[str]:
    """The different words of a search."""
    return list(dict.fromkeys(text.casefold().split()))


def process_filter(
    q: Annotated[
        str | None, Query(description="words in title, description, buyer, suppliers or ocid", max_length=500)
    ] = None,
    ocid: Annotated[str | None, Query(max_length=128)] = None,
    buyer: Annotated[
        str | None,
        Query(
            description="organisation id of the buyer or observer",
            max_length=80,
            json_schema_extra={"pattern": DIGEST_PATTERN},
        ),
    ] = None,
    status: Status | None = None,
    mode: Annotated[str | None, Query(pattern="^(observed|anchored|sealed)$")] = None,
    cpv: Annotated[str | None, Query(description="first digits of the CPV code", pattern=r"^[0-9-]{1,10}$")] = None,
    published_from: Annotated[int | None, Query(alias="publishedFrom", ge=0, le=FAR)] = None,
    published_to: Annotated[int | None, Query(alias="publishedTo", ge=0, le=FAR)] = None,
    sort: Sort = Sort.UPDATED,
) -> ProcessFilter:
    """Raises ``InvalidDigest``, ``InvalidParameter``."""
    words = words_in(q or "")
    if len(words) > MOST_WORDS:
        raise InvalidParameter(parameter="q", value=q, why=f"it has more than {MOST_WORDS} different words")
    return ProcessFilter(
        q=" ".join(words) or None,
        ocid=ocid,
        organisation_id=None if buyer is None else digest_of(buyer),
        status=status,
        mode=mode,
        cpv=cpv,
        published_from=published_from,
        published_to=published_to,
        sort=sort,
    )


Wanted = Annotated[ProcessFilter, Depends(process_filter)]
