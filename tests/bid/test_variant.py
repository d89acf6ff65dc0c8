"""A variant beside a main bid, in a real browser: sealed under its account, with a receipt of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, BrowserContext, FileChooser, Page, expect

from ledger.chain.identifiers import process_id
from ledger.chain.record import ZERO
from ledger.chain.signers import KeySigner
from ledger.evidence.receipt import Receipt, open_secret, pieces_of, read_receipt, write_receipt
from ledger.evidence.verify.receipt import verify_receipt
from ledger.opening.minutes import Heading
from ledger.opening.minutes_making import make_minutes
from ledger.opening.procedure_rule import ProcedureRule
from ledger.opening.round_acts import RoundAct
from ledger.opening.round_file import opened_round
from ledger.sealing.envelope import read_header
from ledger.sealing.sealing import Sealed
from tests.bid.tender import CRITERIA
from tests.bid.tenderer import PASSPHRASE, PDF, choose_passphrase, listened, lose_answers, require_handed_in, save, seal
from tests.bid.test_page import BILL, come_back, committed, contents, fill, hand_in, opened, violations
from tests.bid.town import OCID, Desk, served_town
from tests.index.town import DAY
from tests.opening.rounds import HandedIn, Round
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One town; each test hands in bids of its own."""
    with served_town(tmp_path_factory.mktemp("town")) as desk:
        yield desk


def begin(context: BrowserContext, desk: Desk, main: Path) -> Page:
    """The form of a variant, from the receipt of its main bid."""
    page = come_back(context, desk, main, "#beside")
    expect(page.locator("#beside-not")).to_be_visible(timeout=60_000)
    return page


def fill_variant(page: Page, name: str = "N1") -> None:
    """A variant for lot 1, ready to be sealed; the firms are there already."""
    page.check("#lot-L1")
    page.fill("#variant-L1", name)
    page.click("#next")
    page.fill("#amount-L1", "1.100.000")
    page.check("#answer-listed")
    page.fill("#answer-months", "48")
    page.click("#next")
    expect(page.locator("#tenderers-0-name")).to_have_value("Bau & Söhne GmbH")
    page.click("#next")
    page.set_input_files("#slot-bill", {"name": "lv n1.pdf", "mimeType": PDF, "buffer": BILL})
    page.click("#next")
    choose_passphrase(page)


def hand_in_variant(context: BrowserContext, desk: Desk, main: Path, path: Path, name: str = "N1") -> Path:
    """All of it; the variant's receipt as it is at the end."""
    page = begin(context, desk, main)
    fill_variant(page, name)
    seal(page, path)
    page.click("#send")
    require_handed_in(page)
    return save(page, path)


def go_on(context: BrowserContext, desk: Desk, receipt: Path) -> Page:
    """Hand in what the receipt has, whatever came of it before."""
    page = come_back(context, desk, receipt, "#go-on")
    expect(page.locator("#send")).to_be_visible(timeout=60_000)
    page.click("#send")
    return page


def withdraw(context: BrowserContext, desk: Desk, receipt: Path) -> None:
    """With its own receipt."""
    page = come_back(context, desk, receipt, "#withdraw")
    expect(page.locator("#send")).to_have_text("Jetzt zurückziehen", timeout=60_000)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("zurückgezogen", timeout=60_000)


def test_variant_comes_from_the_account_of_its_main_bid_and_has_a_receipt_of_its_own(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """The page says what it does, lot by lot; the receipt proves the variant, replaces and withdraws it, and leaves the
    main bid as it is."""
    main = hand_in(opened(context, desk), tmp_path / "main.zip")
    before = read_receipt(main)
    page, said = listened(context)
    page.goto(desk.page)
    page.click("#opening")
    page.set_input_files("#receipt", main)
    page.fill("#receipt-passphrase", PASSPHRASE)
    page.click("#beside")
    told = page.locator("#earlier")
    expect(told).to_contain_text(f"Nebenangebot zum Angebot 0x{before.commitment.hex()[:8]}… vom", timeout=60_000)
    expect(told).to_contain_text("Ziehen Sie das Angebot zurück, bleibt das Nebenangebot stehen.")
    expect(page.locator("#step-title")).to_be_focused()
    expect(page.locator("#content")).to_contain_text("Los L2: Dach – hier sind keine Nebenangebote zugelassen")
    expect(page.locator("#lot-L2")).to_have_count(0)
    fill_variant(page)
    path = seal(page, tmp_path / "variant.zip")
    expect(page.locator("[aria-labelledby=step-title] dl")).to_contain_text(
        f"Nebenangebot zu0x{before.commitment.hex()}"
    )
    page.click("#send")
    require_handed_in(page)
    expect(page.locator("#sheet")).to_contain_text(before.commitment.hex())
    desk.publish_evidence()
    expect(page.locator("#save-again")).to_contain_text("Prüfpaket", timeout=40_000)
    variant = read_receipt(save(page, path))
    assert said == []
    assert (variant.author, variant.supersedes) == (before.author, ZERO)
    assert variant.commitment != before.commitment
    with path.open("rb") as stream:
        assert verify_receipt(stream, desk.policy(), PASSPHRASE).verified
    assert contents(variant, tmp_path / "opened") == {
        "lots/L1/value": {"amount": "1100000", "currency": "EUR"},
        "lots/L1/variant": "N1",
        "requirementResponses/listed": {"value": True},
        "requirementResponses/months": {"value": "48"},
        "tenderers/0001": {"name": "Bau & Söhne GmbH"},
        "lv n1.pdf": BILL,
    }

    page = come_back(context, desk, path, "#replace")
    expect(page.locator("#replace-not")).to_be_visible(timeout=60_000)
    expect(page.locator("#variant-L1")).to_have_value("N1")
    page.click("#step-seal")
    choose_passphrase(page)
    again = seal(page, tmp_path / "again.zip")
    page.click("#send")
    require_handed_in(page)
    assert read_receipt(again).supersedes == variant.commitment
    withdraw(context, desk, again)
    assert committed(desk, read_receipt(again)) == ["BidCommitted", "BidWithdrawn"]
    assert committed(desk, before) == ["BidCommitted"]
    expect(go_on(context, desk, main).locator("#outcome")).to_contain_text("abgegeben", timeout=60_000)
    assert committed(desk, before) == ["BidCommitted"]


def test_variant_without_a_name_is_not_sealed(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """A bid of the same account without it would be a second main bid."""
    page = opened(context, desk)
    fill(page)
    page = begin(context, desk, seal(page, tmp_path / "main.zip"))
    expect(page.locator("#earlier")).to_contain_text("Diese Quittung sagt nicht, ob es schon abgegeben ist")
    page.check("#lot-L1")
    page.click("#next")
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#summary")).to_contain_text("Die Bezeichnung des Nebenangebots zu „Rohbau“ fehlt noch.")
    page.click("#beside-not")
    expect(page.locator("#earlier")).to_have_count(0)
    page.click("#next")
    expect(page.locator("#amount-L1")).to_be_visible()


def test_variant_is_handed_in_while_its_main_bid_waits_and_both_go_on(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """The relay's answer to the main bid is lost, and the receipt is that from before; the variant takes the account's
    next number. Whoever comes back with the old receipt finds the main bid in the ledger, once."""
    page = opened(context, desk)
    fill(page)
    main = seal(page, tmp_path / "main.zip")
    lose_answers(page, f"{desk.url}/api/v1/transactions")
    page.route(f"{desk.other}/**", lambda route: route.abort("connectionrefused"))
    page.click("#send")
    expect(page.locator("#failure")).to_be_visible(timeout=60_000)
    page.close(run_before_unload=False)
    assert read_receipt(main).transaction is None
    variant = hand_in_variant(context, desk, main, tmp_path / "variant.zip")
    page = go_on(context, desk, main)
    require_handed_in(page)
    receipt = read_receipt(save(page, tmp_path / "main again.zip"))
    assert receipt.promise is not None
    assert receipt.transaction is not None
    assert committed(desk, receipt) == committed(desk, read_receipt(variant)) == ["BidCommitted"]


def test_variant_whose_number_was_taken_meanwhile_is_signed_anew(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """It never reached a relay; then the account withdraws the main bid with that number, and the variant goes on."""
    main = hand_in(opened(context, desk), tmp_path / "main.zip")
    page = begin(context, desk, main)
    fill_variant(page)
    path = seal(page, tmp_path / "variant.zip")
    page.route("**/api/v1/transactions", lambda route: route.abort("connectionreset"))
    page.click("#send")
    expect(page.locator("#failure")).to_be_visible(timeout=60_000)
    withdraw(context, desk, main)
    page.unroute("**/api/v1/transactions")
    page.click("#send")
    require_handed_in(page)
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]
    assert committed(desk, read_receipt(main)) == ["BidCommitted", "BidWithdrawn"]


def test_variant_beside_a_withdrawn_main_bid_is_taken(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """As the command takes it: whether a variant may stand without a main bid is the tender's to say (§ 8(2) VOB/A)."""
    main = hand_in(opened(context, desk), tmp_path / "main.zip")
    withdraw(context, desk, main)
    variant = read_receipt(hand_in_variant(context, desk, main, tmp_path / "variant.zip"))
    assert variant.author == read_receipt(main).author
    assert committed(desk, variant) == ["BidCommitted"]


@pytest.mark.parametrize(
    "changes", [{"round": 2}, {"ocid": "ocds-a2ef3d-other"}, {"chain_id": 1}, {"ledger": b"\x01" * 20}]
)
def test_variant_beside_a_bid_of_another_round_is_refused(
    context: BrowserContext, desk: Desk, tmp_path: Path, changes: dict[str, Any]
) -> None:
    """Of another process, chain or ledger, too: its account is not the main bid's here."""
    page = opened(context, desk)
    fill(page)
    receipt = read_receipt(seal(page, tmp_path / "main.zip"))
    other = tmp_path / "other.zip"
    changed = replace(receipt, **changes)
    with other.open("wb") as out:
        write_receipt(replace(changed, process_id=process_id(changed.organisation_id, changed.ocid)), out)
    page = come_back(context, desk, other, "#beside")
    expect(page.locator("#receipt-told")).to_contain_text("gehört zu einer anderen Runde", timeout=60_000)
    expect(page.locator("#earlier")).to_have_count(0)


def test_variant_with_another_passphrase_or_somebody_else_s_envelope_is_refused(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Without the passphrase nobody has the account; a receipt put together of two bids has none."""
    receipts: list[Receipt] = []
    for name in ("one", "two"):
        page = opened(context, desk)
        fill(page)
        receipts.append(read_receipt(seal(page, tmp_path / f"{name}.zip")))
    mixed = tmp_path / "mixed.zip"
    with mixed.open("wb") as out:
        write_receipt(replace(receipts[0], secret=receipts[1].secret), out)
    page = come_back(context, desk, mixed, "#beside")
    expect(page.locator("#receipt-told")).to_contain_text("the key is not the account's", timeout=60_000)
    page.set_input_files("#receipt", tmp_path / "one.zip")
    page.fill("#receipt-passphrase", "ein anderes Passwort")
    page.click("#beside")
    expect(page.locator("#receipt-told")).to_contain_text("Passwort passt nicht", timeout=60_000)
    expect(page.locator("#earlier")).to_have_count(0)


def test_rehearsal_of_a_variant_is_not_bound_to_the_main_bid_s_account(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Whoever sees the rehearsal learns of no bid; the variant itself is sealed afterwards under that account."""
    main = read_receipt(hand_in(opened(context, desk), tmp_path / "main.zip"))
    page = begin(context, desk, tmp_path / "main.zip")
    fill_variant(page)
    before = (desk.uploads(), desk.bids())
    page.click("#rehearse")
    expect(page.locator("#banner")).to_have_text("Probe – kein Angebot", timeout=60_000)
    expect(page.locator("#content")).not_to_contain_text(main.author.hex())
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("Probe – kein Angebot", timeout=60_000)
    assert (desk.uploads(), desk.bids()) == before
    page.click("#back")
    assert read_receipt(seal(page, tmp_path / "variant.zip")).author == main.author


@pytest.mark.parametrize(
    ("width", "locale", "button", "lacking", "banner"),
    [
        (1280, "de-DE", "Nebenangebot dazu abgeben", "Die Bezeichnung des Nebenangebots", "Nebenangebot zum Angebot"),
        (390, "en-GB", "Hand in a variant beside this bid", "The name of the variant", "Variant beside the bid"),
    ],
)
def test_variant_is_begun_by_keyboard_and_accessible_in_both_languages(
    browser: Browser, desk: Desk, tmp_path: Path, width: int, locale: str, button: str, lacking: str, banner: str
) -> None:
    """Each field by Tab, the button by Enter; no violation on the way, nor anything that only scrolls sideways."""
    viewport: Any = {"width": width, "height": 900}
    wrong: dict[str, list[str]] = {}
    with browser.new_context(locale="de-DE", viewport=viewport) as context:
        main = hand_in(opened(context, desk), tmp_path / "main.zip")
    with browser.new_context(locale=locale, viewport=viewport) as context:
        page = opened(context, desk)
        choosers: list[FileChooser] = []
        page.on("filechooser", lambda chooser: choosers.append(chooser))

        def press(identifier: str, key: str = "Enter") -> None:
            for _ in range(80):
                if page.evaluate("document.activeElement.id") == identifier:
                    page.keyboard.press(key)
                    return
                page.keyboard.press("Tab")
            raise AssertionError(identifier)

        press("opening")
        press("receipt", "Space")
        wait_until(lambda: page.evaluate("true") and bool(choosers))
        choosers[0].set_files(main)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSPHRASE)
        expect(page.locator("#beside")).to_have_text(button)
        wrong["the receipt"] = violations(page)
        press("beside")
        expect(page.locator("#step-title")).to_be_focused(timeout=60_000)
        expect(page.locator("#earlier")).to_contain_text(banner)
        expect(page.locator("#status")).to_contain_text(banner)
        press("lot-L1", "Space")
        press("next")
        expect(page.locator("#summary")).to_be_focused()
        expect(page.locator("#summary")).to_contain_text(lacking)
        wrong["without a name"] = violations(page)
        press("variant-L1", "N")
        press("next")
        expect(page.locator("#amount-L1")).to_be_visible()
        wrong["the prices"] = violations(page)
        press("beside-not")
        expect(page.locator("#step-title")).to_be_focused()
    assert {place: found for place, found in wrong.items() if found} == {}


def test_minutes_count_the_page_s_variants_for_the_page_s_main_bid(context: BrowserContext, tmp_path: Path) -> None:
    """Officers and custodians open what the page sealed; a stranger's variant in the same name stands for itself."""
    with served_town(tmp_path / "town", seconds_ago=2 * DAY) as desk:
        main = hand_in(opened(context, desk), tmp_path / "main.zip")
        paths = [main, *(hand_in_variant(context, desk, main, tmp_path / f"{name}.zip", name) for name in ("N1", "N2"))]
        page = opened(context, desk)
        page.check("#lot-L1")
        page.fill("#variant-L1", "N3")
        fill(page)
        seal(page, tmp_path / "stranger.zip")
        page.click("#send")
        require_handed_in(page)
        paths.append(save(page, tmp_path / "stranger.zip"))
        bids = [handed_in(path) for path in paths]
        assert [bid.commitment for bid in bids] == [commitment for _, commitment in desk.bids()]
        assert len({bid.author.account for bid in bids[:3]}) == 1
        minutes = minutes_of(Round(cast(Any, SimpleNamespace(town=desk.town)), OCID, desk.deadline, bids), tmp_path)
    (building, roof) = minutes.lots
    assert roof.offers == ()
    assert [(each.bid, each.offer.variant, each.main_bids, each.variants) for each in building.offers] == [
        (0, None, 1, 2),
        (1, "N1", 1, 2),
        (2, "N2", 1, 2),
        (3, "N3", 0, 1),
    ]
    assert [bid.author for bid in minutes.bids] == [bid.author.account.hex() for bid in bids]


def handed_in(path: Path) -> HandedIn:
    """A bid of the page, by its receipt."""
    receipt = read_receipt(path)
    envelope = b"".join(pieces_of(receipt.envelope))
    seed, key = open_secret(receipt.secret, PASSPHRASE)
    return HandedIn(KeySigner(key), envelope, Sealed(read_header(io.BytesIO(envelope)), seed), receipt.commitment)


def minutes_of(round_: Round, folder: Path) -> Any:
    """Close, release, open and record, as two officers and two custodians do; the minutes of it."""
    round_.close()
    round_.bring_all()
    count = round_.count(folder / "opened")
    assert count.unfinished == {}
    round_.record([found.outcome for found in count.found])
    chain = round_.town.chain
    acts = [RoundAct(chain.block_number(), record) for record in round_.records()]
    heading = Heading(
        rule=ProcedureRule.VOB_A, authority="Stadt", title="Schule", chain_id=chain.chain_id, ledger=chain.ledger
    )  # fmt: skip
    return make_minutes(opened_round(round_.sealed, count.found), acts, heading, criteria=CRITERIA)
