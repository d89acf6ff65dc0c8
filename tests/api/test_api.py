"""What the API answers, and how: names, digests, caching, problems."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from api.claims import claims
from api.headers import SECURITY
from ledger.chain.heads import fold, genesis_process_head
from ledger.chain.record import act_digest
from ledger.ocds.digest import salted_digest
from ledger.store import StoreClass
from ledger.terms import NoticeKind
from tests.api.conftest import Api
from tests.explorer.site import AWARDED, BID_PAGE, OBSERVED, OPEN, PDF
from tests.index.town import DAY, START, release

NOTHING = "0x" + "01" * 32


def answers(api: Api) -> list[str]:
    """A path of every kind that answers 200."""
    open_, awarded = api.process(OPEN), api.process(AWARDED)
    row = api.site.services.queries.processes_by_ocid(OPEN)[0]
    first = api.site.services.queries.releases(row.process_id)[0]
    return [
        "/processes", open_, f"{open_}/acts", f"{awarded}/rounds", f"{open_}/releases", f"{awarded}/record",
        f"/releases/{first.digest.hex()}", f"/documents/{hashlib.sha256(PDF).hexdigest()}", "/organisations",
        f"/organisations/{row.organisation_id.hex()}", f"/lookup/{first.digest.hex()}", "/status", "/healthz",
        "/readyz", "/metrics", "/openapi.json",
    ]  # fmt: skip


def test_get_every_resource_names_chain_and_ledger(api: Api) -> None:
    """Whoever keeps an answer knows which ledger it is of; headers say so even where a standard fixes the body."""
    deployment = api.site.town.chain.deployment
    for path in answers(api):
        answer = api.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["siegel-chain-id"] == str(deployment.chain_id)
        assert answer.headers["siegel-ledger"] == "0x" + deployment.ledger.hex()
        for name, value in SECURITY.items():
            assert answer.headers[name] == value
    body = api.get("/processes").json()
    assert (body["chainId"], body["ledger"]) == (deployment.chain_id, "0x" + deployment.ledger.hex())


def test_get_again_with_etag_not_modified(api: Api) -> None:
    """A client that holds the answer gets 304 and no body; one that holds another gets the whole."""
    for path in answers(api)[:11]:
        answer = api.get(path)
        tag = answer.headers["etag"]
        again = api.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), path
        assert api.get(path, headers={"If-None-Match": '"other"'}).content == answer.content


def test_head_every_resource_headers_as_get_without_body(api: Api) -> None:
    """Probes and caches ask with HEAD; pages and API answer alike."""
    made = [f"{api.process(OPEN)}/evidence", "/releases.jsonl"]
    for path in [*(f"/api/v1{path}" for path in (*answers(api), *made)), "/", "/healthz", "/api/v1/nothing"]:
        whole, head = api.client.get(path), api.client.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b""), path
        # The metrics count this very question, so their length is another each time.
        length = () if path.endswith("/metrics") else ("content-length",)
        for name in ("etag", "content-type", "siegel-ledger", *length):
            assert head.headers.get(name) == whole.headers.get(name), (path, name)


def test_organisation_tells_what_it_registered_and_the_look_up_finds_it(api: Api) -> None:
    """Kind, name, digest and when; a digest leads to who registered it, outside any process."""
    buyer = "0x" + api.site.town.buyer.hex()
    page, report = api.get(f"/organisations/{buyer}").json()["artifacts"]
    assert (page["artifact"], page["digest"]) == ("page", "0x" + hashlib.sha256(BID_PAGE).hexdigest())
    assert page["name"].startswith("bid-page-")
    assert (report["artifact"], report["name"]) == ("auditReport", None)
    for artifact in (page, report):
        (found,) = api.get(f"/lookup/{artifact['digest']}").json()["found"]
        assert {name: found[name] for name in ("organisationId", "name", "time", "blockNumber", "sequence")} == {
            "organisationId": buyer, **{name: artifact[name] for name in ("name", "time", "blockNumber", "sequence")},
        }  # fmt: skip
        assert (found["kind"], found["processId"], found["ocid"]) == (artifact["artifact"], "0x" + "00" * 32, "")
    assert api.get(f"/organisations/0x{api.site.town.observer.hex()}").json()["artifacts"] == []


def test_release_served_bytes_and_salt_give_the_digest(api: Api) -> None:
    """The stored bytes, cacheable for ever; with the salt of the header anybody can compute the anchored digest."""
    row = api.site.services.queries.processes_by_ocid(AWARDED)[0]
    for found in api.site.services.queries.releases(row.process_id):
        answer = api.get(f"/releases/0x{found.digest.hex()}")
        salt = bytes.fromhex(answer.headers["siegel-salt"].removeprefix("0x"))
        assert salted_digest(salt, answer.content) == found.digest
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] == "application/json"


def test_acts_served_data_folds_to_the_head_on_the_chain(api: Api) -> None:
    """The acts as served are enough to compute the head that the contract holds."""
    row = api.site.services.queries.processes_by_ocid(AWARDED)[0]
    body = api.get(f"{api.process(AWARDED)}/acts").json()
    chain = api.site.town.chain
    digests = [act_digest(bytes.fromhex(act["data"][2:])) for act in body["acts"]]
    head = fold(genesis_process_head(chain.chain_id, chain.ledger, row.process_id), digests)
    assert "0x" + head.hex() == body["head"] == "0x" + chain.head(row.process_id).hex()
    assert [act["sequence"] for act in body["acts"]] == list(range(1, len(digests) + 1))
    assert body["acts"][0]["act"] == "TenderPublished"
    assert body["acts"][0]["detail"]["terms"]["round"]["kind"] == "bids"


def test_processes_paged_by_next_every_one_once(api: Api) -> None:
    """``next`` leads through the list; the total says how many there are."""
    seen: list[str] = []
    path = "/api/v1/processes?limit=1&sort=title"
    while path:
        body = api.client.get(path).json()
        seen += [process["ocid"] for process in body["processes"]]
        path = body["next"]
        assert (path is None) == (body["nextCursor"] is None)
    assert len(seen) == len(set(seen)) == body["total"] == 5


def test_processes_filtered_by_parameters_narrowed(api: Api) -> None:
    """Parameters of the list in camelCase."""

    def ocids(**parameters: Any) -> list[str]:
        return [process["ocid"] for process in api.get("/processes", params=parameters).json()["processes"]]

    assert ocids(mode="observed") == [OBSERVED]
    assert ocids(q="sohn glanz") == [AWARDED]
    assert ocids(status="standstill") == [AWARDED]
    assert ocids(ocid=OPEN) == [OPEN]
    assert ocids(buyer="0x" + api.site.town.observer.hex()) == [OBSERVED]
    assert ocids(publishedTo=0) == []


def test_rounds_served_commitments_and_outcomes(api: Api) -> None:
    """One sealed bid and one on paper, with their outcomes and nothing else of their content."""
    (round_,) = api.get(f"{api.process(AWARDED)}/rounds").json()["rounds"]
    assert [bid["outcome"] for bid in round_["bids"]] == ["opened", "external"]
    assert (round_["state"], round_["kind"], round_["counted"]) == ("opened", "bids", 1)


def test_process_served_with_awards_and_links_that_answer(api: Api) -> None:
    """Every link below /api of a process answers."""
    body = api.get(api.process(AWARDED)).json()
    assert [award["state"] for award in body["awards"]] == ["announced"]
    assert body["suppliers"] == ["Glanz & Sohn GmbH"]
    for path in body["links"].values():
        assert api.client.get(path).status_code == 200, path


def test_lookup_file_that_somebody_holds_found(api: Api) -> None:
    """The plain SHA-256 of a release's file leads to its act; an unknown one to nothing, and that is no error."""
    data = api.site.release_bytes(OBSERVED)
    (found,) = api.get(f"/lookup/{hashlib.sha256(data).hexdigest()}").json()["found"]
    assert (found["kind"], found["ocid"], found["act"]) == ("file", OBSERVED, "NoticePublished")
    assert api.get(f"/lookup/{NOTHING}").json()["found"] == []


def test_record_embargoed_release_left_out_erased_fields_stay_away(api: Api) -> None:
    """The package has the disclosed release only, and in it the erased contact is a digest."""
    (packed,) = api.get(f"{api.process(OPEN)}/releases").json()["releases"]
    assert packed["id"] == f"{OPEN}-01"
    assert "Erika" not in str(packed)
    assert packed["parties"][0]["contactPoint"]["_sd"]


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        (f"/processes/{NOTHING}", 404, "ProcessUnknown"),
        (f"/processes/{NOTHING}/acts", 404, "ProcessUnknown"),
        (f"/processes/{NOTHING}/record", 404, "ProcessUnknown"),
        ("/processes/0x12", 400, "InvalidDigest"),
        ("/processes/zz", 400, "InvalidDigest"),
        (f"/releases/{NOTHING}", 404, "ObjectMissing"),
        (f"/documents/{NOTHING}", 404, "ObjectMissing"),
        (f"/organisations/{NOTHING}", 404, "OrganisationUnknown"),
        ("/lookup/%00", 400, "InvalidDigest"),
        ("/processes?limit=0", 400, "InvalidParameter"),
        ("/processes?limit=many", 400, "InvalidParameter"),
        ("/processes?status=finished", 400, "InvalidParameter"),
        ("/processes?publishedFrom=99999999999999999999", 400, "InvalidParameter"),
        ("/processes?q=" + "+".join(f"w{number}" for number in range(21)), 400, "InvalidParameter"),
        ("/processes?cursor=%00%FF", 400, "InvalidCursor"),
        ("/processes?buyer=me", 400, "InvalidDigest"),
        ("/nothing/here", 404, "NotFound"),
        ("/../v2/processes", 404, "NotFound"),
    ],
)
def test_get_what_fails_answers_a_problem(api: Api, path: str, status: int, name: str) -> None:
    """RFC 9457: type, title, status, detail, instance; the type says what it means."""
    answer = api.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body = answer.json()
    assert (body["type"], body["status"]) == (f"/problems/{name}", status)
    assert body["title"]
    assert body["detail"]
    assert body["chainId"] == api.site.town.chain.chain_id
    meaning = api.client.get(body["type"]).json()
    assert (meaning["name"], meaning["status"]) == (name, status)


def test_get_odd_text_never_fails(api: Api) -> None:
    """NUL, quotes and wildcards in a search are words that are not found."""
    for text in ("\x00", "%", "'; drop table processes; --", "\ud7ff", "a" * 400):
        assert api.get("/processes", params={"q": text}).status_code == 200
    assert api.get("/processes", params={"ocid": "\x00"}).json()["total"] == 0


def test_post_anything_answers_a_problem(api: Api) -> None:
    """The API is for reading."""
    for path in ("/api/v1/processes", "/api/v1/nothing"):
        answer = api.client.post(path, json={})
        assert (answer.status_code, answer.json()["type"]) == (405, "/problems/MethodNotAllowed")


def test_get_outside_the_extension_refused(api: Api) -> None:
    """The extension's folder is served, and nothing above it."""
    found = api.client.get("/extension/siegel/extension.json")
    assert (found.status_code, found.json()["compatibility"]) == (200, ["1.1"])
    assert api.client.get("/extension/siegel/codelists/roundKind.csv").headers["content-type"].startswith("text/csv")
    for path in ("..%2F__init__.py", "%2e%2e/importer.py", "", "codelists", "//etc/passwd"):
        assert api.client.get(f"/extension/siegel/{path}").status_code in (400, 404), path


def test_claims_a_file_without_an_id_is_not_taken_for_an_embargoed_release(api: Api) -> None:
    """Of that one no id is known here, which is not the same as an empty one."""
    file = json.dumps({"ocid": OPEN, "id": "", "tag": ["tender"]}).encode()
    assert claims(api.site.services, file).found == ()


def test_document_embargoed_erased_and_internal_objects_refused(api: Api) -> None:
    """Embargoed releases, erased originals, originals of releases with erased fields, reports of imports."""
    site = api.site
    row = site.services.queries.processes_by_ocid(OPEN)[0]
    embargoed = site.services.queries.releases(row.process_id)[-1].digest
    for kind in ("releases", "documents"):
        answer = api.get(f"/{kind}/{embargoed.hex()}")
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/ReleaseEmbargoed")
        until = datetime.fromtimestamp(START + 3 * DAY, UTC).isoformat()
        assert (answer.json()["until"], until in answer.json()["detail"]) == (until, True)
    ground = site.town.store.put(StoreClass.CONFIDENTIAL, b"Erika Beispiel was ill", salt=bytes(32))
    for kind in ("releases", "documents"):
        answer = api.get(f"/{kind}/{ground.hex()}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/ObjectMissing")
    report = site.town.store.put(StoreClass.ERASABLE, b"Erika Beispiel, repaired", salt=bytes(32))
    assert api.get(f"/documents/{report.hex()}").status_code == 404
    original = site.town.store.put(StoreClass.ERASABLE, b"<notice>Erika Beispiel</notice>", salt=bytes(32))
    digest = site.town.keep(release("ocds-a2ef3d-original"))
    site.town.notice("ocds-a2ef3d-original", digest, NoticeKind.CALL, original=original)
    api.take_in()
    answer = api.get(f"/documents/{original.hex()}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    plain = hashlib.sha256(b"<notice>Erika Beispiel</notice>").hexdigest()
    assert [found["kind"] for found in api.get(f"/lookup/{plain}").json()["found"]] == ["original"]
    site.town.store.erase(original, "Art. 17 DSGVO")
    answer = api.get(f"/documents/{original.hex()}")
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/ObjectErased")
    assert "Art. 17 DSGVO" in answer.json()["detail"]
    assert api.get(f"/lookup/{plain}").json()["found"] == []


def test_document_original_of_release_with_erased_fields_withheld(api: Api) -> None:
    """What was erased from the release must not be had from the file it was made of."""
    site = api.site
    concealed = release("ocds-a2ef3d-concealed")
    concealed["parties"][0]["_sd"] = ["A" * 43]
    original = site.town.store.put(StoreClass.ERASABLE, b"<notice>Otto Beispiel</notice>", salt=bytes(32))
    site.town.notice("ocds-a2ef3d-concealed", site.town.keep(concealed), NoticeKind.CALL, original=original)
    api.take_in()
    answer = api.get(f"/documents/{original.hex()}")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/OriginalWithheld")


def test_release_altered_in_the_store_refused_everywhere(api: Api) -> None:
    """Altered bytes are never served: not alone, not in a package, not in a record."""
    site = api.site
    digest = site.town.keep(release("ocds-a2ef3d-altered"))
    site.town.notice("ocds-a2ef3d-altered", digest)
    api.take_in()
    path = api.process("ocds-a2ef3d-altered")
    assert api.get(f"{path}/record").status_code == 200
    file = site.town.store.path(digest)
    file.write_bytes(file.read_bytes().replace(b"250000", b"950000"))
    for wanted in (f"/releases/{digest.hex()}", f"{path}/releases", f"{path}/record"):
        answer = api.get(wanted)
        assert (answer.status_code, answer.json()["type"]) == (500, "/problems/ObjectAltered")
        assert answer.json()["digest"] == "0x" + digest.hex()
        assert b"950000" not in answer.content
    file.unlink()
    answer = api.get(f"{path}/record")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/ObjectMissing")


def test_record_of_unreadable_release_says_so(api: Api) -> None:
    """A package that silently lacked a release would pass for the whole truth."""
    site = api.site
    digest = site.town.store.put(StoreClass.PUBLIC, b"no release", salt=bytes(32))
    site.town.notice("ocds-a2ef3d-unreadable", digest)
    api.take_in()
    answer = api.get(f"{api.process('ocds-a2ef3d-unreadable')}/record")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/ReleaseUnreadable")
    assert api.get(f"/releases/{digest.hex()}").content == b"no release"


def test_metrics_and_status_tell_the_lag(api: Api) -> None:
    """A block that is not indexed yet shows as lag."""
    api.take_in()
    site = api.site
    site.town.notice("ocds-a2ef3d-lag", site.town.keep(release("ocds-a2ef3d-lag")))
    status = api.get("/status").json()["status"]
    assert status["lagBlocks"] == status["headBlock"] - status["indexedBlock"] == 1
    assert "siegel_lag_blocks 1.0\n" in api.client.get("/metrics").text
    api.take_in()
    assert api.get("/status").json()["status"]["lagBlocks"] == 0


def test_metrics_time_answers_by_route_and_name_no_address(api: Api) -> None:
    """What somebody looked at is nobody's business; a pattern is enough to see what is slow."""
    api.get(api.process(OPEN))
    api.client.get("/?q=Erika+Beispiel")
    told = api.client.get("/metrics").text
    assert 'siegel_request_seconds_count{route="/processes/{processId}",status="200"}' in told
    assert "Erika" not in told
    assert api.process(OPEN).removeprefix("/processes/") not in told


def test_problems_listed_all_with_status_and_meaning(api: Api) -> None:
    """The registry behind ``type``: every named failure, each to be looked up by its address."""
    listed = api.client.get("/problems").json()["problems"]
    assert len(listed) > 100
    assert [each["name"] for each in listed] == sorted(each["name"] for each in listed)
    one = next(each for each in listed if each["name"] == "ObjectAltered")
    found = api.client.get(one["type"]).json()
    assert {name: found[name] for name in one} == one


def test_open_data_states_its_licence(api: Api) -> None:
    """On every answer, not only in packages."""
    license_url = api.site.services.settings.license_url
    for path in ("/processes", "/releases.jsonl", "/feed.atom"):
        assert api.get(path).headers["link"] == f'<{license_url}>; rel="license"'
    assert api.get("/openapi.json").json()["info"]["license"]["url"] == license_url
