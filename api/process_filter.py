"""The parameters that narrow a list of processes, the same for the list, its CSV, its bulk files and its feed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.answers import digest_of, digest_query
from ledger.errors import InvalidParameter
from ledger.index.rows import ProcessFilter, Sort, Status
from ledger.index.words import parts

FAR = 2**53
"""Times are JSON numbers that every reader counts exactly."""

MOST_WORDS = 20
"""Each word of a search costs the database something."""


async def process_filter(
    q: Annotated[
        str | None, Query(description="words and quoted phrases, all of which must occur", max_length=500)
    ] = None,
    ocid: Annotated[str | None, Query(max_length=128)] = None,
    buyer: Annotated[str | None, digest_query("organisation id of the buyer or observer")] = None,
    buyer_name: Annotated[str | None, Query(alias="buyerName", max_length=200)] = None,
    status: Status | None = None,
    mode: Annotated[str | None, Query(pattern="^(observed|anchored|sealed)$")] = None,
    method: Annotated[str | None, Query(description="OCDS procurementMethod", max_length=100)] = None,
    cpv: Annotated[str | None, Query(description="first digits of the CPV code", pattern=r"^[0-9-]{1,10}$")] = None,
    year: Annotated[int | None, Query(description="of the first publication", ge=1, le=9999)] = None,
    place: Annotated[str | None, Query(description="locality or region, exactly", max_length=200)] = None,
    silent_days: Annotated[
        int | None,
        Query(alias="silentDays", description="deadline passed so many days ago, and no result", ge=0, le=36_500),
    ] = None,
    published_from: Annotated[int | None, Query(alias="publishedFrom", ge=0, le=FAR)] = None,
    published_to: Annotated[int | None, Query(alias="publishedTo", ge=0, le=FAR)] = None,
    sort: Sort = Sort.UPDATED,
) -> ProcessFilter:
    """Raises ``InvalidDigest``, ``InvalidParameter``. It waits for nothing; as a plain function it would be sent to a
    thread of its own."""
    words = parts(q or "")
    if len(words) > MOST_WORDS:
        raise InvalidParameter(parameter="q", value=q, why=f"it has more than {MOST_WORDS} different words")
    return ProcessFilter(
        q=" ".join(words) or None,
        ocid=ocid,
        organisation_id=None if buyer is None else digest_of(buyer),
        status=status,
        mode=mode,
        cpv=cpv,
        method=method,
        year=year,
        place=place,
        buyer_name=buyer_name,
        silent_days=silent_days,
        published_from=published_from,
        published_to=published_to,
        sort=sort,
    )


Wanted = Annotated[ProcessFilter, Depends(process_filter)]
