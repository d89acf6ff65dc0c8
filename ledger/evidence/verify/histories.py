"""The step ``acts``: the acts at hand are all acts of their series, in order (``docs/bundle-1.md``, step 7)."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter

from ledger.chain.record import ZERO, ActRecord
from ledger.errors import ActMisplaced, EntryMissing, EntryUnexpected, SeriesUnrelated
from ledger.evidence.verify import series
from ledger.evidence.verify.contents import Contents
from ledger.evidence.verify.history import require_head
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Process, Proven
from ledger.evidence.verify.report import Note
from ledger.evidence.verify.statute_row import digest, own_arguments
from ledger.terms import Act


def check_acts(contents: Contents, policy: Policy, proven: Proven) -> list[Note]:
    """Every series folds to its proven head, and the series are those that the subject needs.

    Raises EntryMissing, EntryUnexpected, EntryInvalid, SeriesUnrelated, ActMisplaced, HeadMismatch.
    """
    contracts = series.Contracts(policy.chain_id, policy.ledger.account, policy.registry.account)
    _require_series(contents)
    latest = proven.headers[contents.manifest.block].time
    for organisation_id, data in contents.roles.items():
        name = f"acts/roles-{organisation_id.hex()}"
        acts = series.split_acts(name, data)
        records = series.read_series(name, acts, process_id=ZERO, organisation_id=organisation_id, latest=latest)
        head = proven.heads[contracts.registry, organisation_id]
        series.check_roles(contracts, organisation_id, acts, head)
        proven.roles[organisation_id] = tuple(records)
    for process_id, data in contents.processes.items():
        proven.processes[process_id] = _process(contents, contracts, proven, process_id, data, latest)
    if contents.manifest.subject_kind == "organisation":
        _check_list(contents, contracts, proven, contents.manifest.subject_id)
    for number, heads in proven.earlier.items():
        for process_id, head in heads.items():
            _check_earlier(proven, process_id, number, head)
    if policy.log is not None:
        _require_closings(proven)
    return []


def _check_earlier(proven: Proven, process_id: bytes, block: int, head: bytes) -> None:
    """The acts up to an earlier block are all that there were then. Raises HeadMismatch."""
    process = proven.processes[process_id]
    count = bisect_right(process.records, proven.headers[block].time, key=attrgetter("time"))
    require_head(head, process.heads[count])


def _require_closings(proven: Proven) -> None:
    """The block in which a round was closed is here, for the log to say when that was. Raises EntryMissing.

    Times of blocks strictly increase, so a time names its block.
    """
    for process_id, process in proven.processes.items():
        shown = {proven.headers[block].time for block, heads in proven.earlier.items() if process_id in heads}
        shown.add(max(header.time for header in proven.headers.values()))
        for record in process.records:
            if record.act == Act.ROUND_CLOSED and record.time not in shown:
                raise EntryMissing(entry=f"block in which act {record.sequence} of {process_id.hex()} was recorded")


def _require_series(contents: Contents) -> None:
    """Of a process its own series; of an organisation its list, which can be empty."""
    manifest = contents.manifest
    is_process = manifest.subject_kind == "process"
    if is_process and manifest.subject_id not in contents.processes:
        raise EntryMissing(entry=f"acts/process-{manifest.subject_id.hex()}")
    expected = {manifest.subject_id}
    for extra in sorted(contents.lists.keys() - (set() if is_process else expected)):
        raise EntryUnexpected(entry=f"acts/list-{extra.hex()}")
    for extra in sorted(contents.processes.keys() - expected) if is_process else ():
        raise EntryUnexpected(entry=f"acts/process-{extra.hex()}")


def _process(
    contents: Contents, contracts: series.Contracts, proven: Proven, process_id: bytes, data: bytes, latest: int
) -> Process:
    name = f"acts/process-{process_id.hex()}"
    acts = series.split_acts(name, data)
    records = series.read_series(name, acts, process_id=process_id, organisation_id=ZERO, latest=latest)
    heads = series.check_process(contracts, process_id, acts, proven.heads[contracts.ledger, process_id])
    ocid = ocid_of(records[0])
    for organisation_id in contents.roles:
        if digest(organisation_id, ocid) == process_id:
            return Process(organisation_id, ocid, tuple(heads), tuple(records))
    raise SeriesUnrelated(process=process_id)


def ocid_of(record: ActRecord) -> str:
    """The ocid that the first act of a process says. Raises ActMisplaced for an act that begins none, MalformedAbi."""
    if record.act not in (Act.NOTICE_PUBLISHED, Act.TENDER_PUBLISHED):
        raise ActMisplaced(series="a process", position=1, reason="it is no act that begins a process")
    values = own_arguments("process", record)
    ocid: str = values[1] if record.act == Act.NOTICE_PUBLISHED else values[0][0]
    return ocid


def _check_list(contents: Contents, contracts: series.Contracts, proven: Proven, organisation_id: bytes) -> None:
    name, latest = f"acts/list-{organisation_id.hex()}", proven.headers[contents.manifest.block].time
    items = series.split_list(name, contents.lists.get(organisation_id, b""))
    series.check_list(contracts, organisation_id, items, proven.heads[contracts.ledger, organisation_id])
    listed, found = set[bytes](), list[bytes | ActRecord]()
    of_list = {"process_id": ZERO, "organisation_id": organisation_id}
    for position, item in enumerate(items, 1):
        if len(item) == 32:
            if item in listed:
                raise ActMisplaced(series=name, position=position, reason="a process that stands there already")
            listed.add(item)
            found.append(item)
        else:
            found += series.read_series(name, [item], **of_list, latest=latest, first=position)
    proven.lists[organisation_id] = tuple(found)
    for missing in sorted(listed - proven.processes.keys()):
        raise EntryMissing(entry=f"acts/process-{missing.hex()}")
    for process_id, process in sorted(proven.processes.items()):
        if process_id not in listed:
            raise EntryUnexpected(entry=f"acts/process-{process_id.hex()}")
        if process.organisation_id != organisation_id:
            raise SeriesUnrelated(process=process_id)
