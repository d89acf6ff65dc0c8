"""Makes the demo's home: keys, chain, the story of the last weeks, and what somebody altered afterwards."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from api.receiver import Receiver
from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment, deploy
from ledger.chain.node import DevelopmentClock, EmbeddedNode
from ledger.chain.node.genesis import create
from ledger.chain.registry_acts import registry_of
from ledger.chain.signers import KeystoreSigner, create_keystore
from ledger.cli.connection import connect_to
from ledger.cli.demo.anchored import burst_pipe, tablets, watched_road
from ledger.cli.demo.bringing_in import Notices, bring_in
from ledger.cli.demo.calendar import stamp
from ledger.cli.demo.neighbour import watched_neighbour
from ledger.cli.demo.notice_service import notice_service
from ledger.cli.demo.past import PUBLISHED_UNTIL, past_releases
from ledger.cli.demo.pinning import PINNED_PAGE, keep_pinned_page
from ledger.cli.demo.school_run import school_run
from ledger.cli.demo.sealed import fire_station, rescue_vehicle, school_cleaning, winter_service
from ledger.cli.demo.stage import Stage, Story
from ledger.cli.demo.tampering import Altered, alter_behind_the_ledgers_back
from ledger.cli.demo.town import ADMITTED_KEYS, BUYER, CUSTODIANS, RECEIVER
from ledger.cli.holding import held
from ledger.cli.home import create_home, replace_file
from ledger.cli.keys import new_key_path, sealing_key_path
from ledger.cli.sealing_keys import create_sealing_key, open_sealing_key
from ledger.errors import DemoInUse, HomeExists
from ledger.evidence.custodians import accepted_custodians
from ledger.evidence.log.folder import create_log
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.index.database import Index
from ledger.index.sync import Synchroniser
from ledger.settings import Settings
from ledger.store.envelopes import EnvelopeStore
from ledger.store.objects import ObjectStore
from ledger.store.releases import ReleaseStore
from ledger.store.state import State

WEEKS: Final = 8
PROCEDURES: Final = 250
SCRYPT_N: Final = 2**12
"""The demo's keys protect nothing; real ones cost a second for each try."""

MARK: Final = "demo.json"
TO_TRY: Final = "try"
POLICY: Final = "policy.json"
LOG_ORIGIN: Final = "demo.vergabesiegel.invalid"
STORIES: Final = (
    fire_station,
    school_cleaning,
    rescue_vehicle,
    burst_pipe,
    watched_road,
    tablets,
    winter_service,
)


@dataclass(frozen=True, slots=True)
class Demo:
    """An open demo: one process holds the chain. ``procedures``: how many the years before the story have."""

    settings: Settings
    node: EmbeddedNode
    chain: Chain
    procedures: int


@contextmanager
def open_demo(home: Path, *, tampering: bool = True, procedures: int | None = None) -> Iterator[Demo]:
    """Opens the demo's home, and plays the story first where there is none yet. ``procedures``: how many the years
    before the story have, by default ``PROCEDURES``.

    A home whose making was cut off is made anew. Raises ``HomeExists`` for a folder that is no demo's, ``DemoInUse``
    while another process has it open.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = PROCEDURES if procedures is None else procedures
    with _alone(home), _opened(home) if _is_made(home) else _made(home, tampering, wanted) as demo:
        yield demo


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    # The folder itself is held, not a file in it: it stays when what was left in it is cleared away.
    with ExitStack() as holding:
        try:
            holding.enter_context(held(home))
        except BlockingIOError:
            raise DemoInUse(home=home) from None
        yield


@contextmanager
def _opened(home: Path) -> Iterator[Demo]:
    settings = Settings.load(home)
    with EmbeddedNode.open(settings.chain_dir) as node:
        chain = connect_to(node, settings, Deployment.load(settings.deployment_path))
        try:
            keep_pinned_page(settings, chain, Stage.organisation(BUYER))
            yield Demo(settings, node, chain, _mark(home).get("procedures", 0))
        finally:
            chain.close()


def _mark(home: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((home / MARK).read_text(encoding="utf-8"))
    return made


def _is_made(home: Path) -> bool:
    """Whether a whole town lies there; what is left of one that was cut off is cleared away."""
    if not any(home.iterdir()):
        return False
    try:
        made = _mark(home)
    except FileNotFoundError:
        raise HomeExists(home=home) from None
    if made["finished"]:
        return True
    # The mark goes last: as long as it is there, the rest is known to be a demo's.
    for left in sorted(home.iterdir(), key=lambda path: path.name == MARK):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    return False


@contextmanager
def _made(home: Path, tampering: bool, procedures: int) -> Iterator[Demo]:
    settings, keys, sealing_keys = _new_home(home)
    now = int(time.time())
    clock = DevelopmentClock(now - WEEKS * 7 * 86400)
    create(settings.chain_dir, genesis_time=now - WEEKS * 7 * 86400 - 1)
    with EmbeddedNode.open(settings.chain_dir, clock=clock) as node:
        governor = keys["governor"]
        nonces = settings.home / "nonces.sqlite"
        deployment = deploy(node, governor, [governor.account], threshold=1, delay=0, nonces=nonces)
        deployment.save(settings.deployment_path)
        chain = connect_to(node, settings, deployment)
        try:
            releases = _releases(settings)
            receiver = Receiver(
                chain,
                EnvelopeStore(settings.store_dir, releases.state),
                keys[settings.receiver.key],
                Stage.organisation(RECEIVER),
                clock.now,
            )
            _play(Stage(chain, clock, keys, sealing_keys, releases, receiver, now), home, procedures)
            clock.finish()
            create_log(settings.log_dir, LOG_ORIGIN)
            _index(settings, chain)
            if tampering:
                _leave_files_to_try(settings, alter_behind_the_ledgers_back(settings))
            custodians = accepted_custodians(registry_of(chain)).custodians
            policy = policy_of(chain, BUYER.name, settings.log_dir, custodians=custodians)
            replace_file(home / POLICY, json.dumps(policy, indent=2, ensure_ascii=False).encode() + b"\n")
            keep_pinned_page(settings, chain, Stage.organisation(BUYER))
            mark = {"finished": True, "tampering": tampering, "procedures": procedures}
            replace_file(home / MARK, json.dumps(mark).encode())
            yield Demo(settings, node, chain, procedures)
        finally:
            chain.close()


def _leave_files_to_try(settings: Settings, altered: Altered) -> None:
    """The notice as published, as a reader may have kept it, and as the operator now serves it."""
    (settings.home / TO_TRY).mkdir(mode=0o700)
    replace_file(settings.home / TO_TRY / "as-published.json", altered.intact)
    replace_file(settings.home / TO_TRY / "as-altered.json", altered.altered)


def _new_home(home: Path) -> tuple[Settings, dict[str, KeystoreSigner], dict[str, ec.EllipticCurvePrivateKey]]:
    passphrase = secrets.token_urlsafe(12)
    settings = create_home(
        home,
        {
            "publisher": {"name": BUYER.name, "scheme": BUYER.scheme, "uid": BUYER.uid, "uri": "https://example.org"},
            "ocid_prefix": "ocds-demo00",
            "passphrase_file": "passphrase",
            "bid_page": PINNED_PAGE,
            "receiver": {"scheme": RECEIVER.scheme, "uid": RECEIVER.uid},
            "operator": {
                "name": "Stadt Musterbach (erfunden)",
                "postal_address": "Rathausplatz 1\n59999 Musterbach",
                "represented_by": "die Bürgermeisterin",
                "email": "vergabe@example.org",
                "phone": "+49 2999 0",
                "accessibility_contact": "barrierefrei@example.org",
                "accessibility_date": "2026-11-01",
                "accessibility_barriers": "Die Stadt ist erfunden; geprüft hat niemand außer den Tests der Software.",
                "enforcement_body": "Durchsetzungsstelle Beispielland (erfunden)",
                "log_retention": "Diese Vorführung hält von einem Besuch nichts fest.",
                "privacy_contact": "datenschutz@example.org",
                "supervisory_authority": "Landesbeauftragte für Datenschutz Beispielland (erfunden)",
            },
        },
    )
    replace_file(home / MARK, json.dumps({"finished": False}).encode())
    # Beside the keys: they are worth nothing, and whoever tries commands on the demo should not be asked for it.
    replace_file(home / "passphrase", passphrase.encode())
    keys = {
        name: create_keystore(new_key_path(settings, name), passphrase, scrypt_n=SCRYPT_N) for name in ADMITTED_KEYS
    }
    recipients = [name for name, _ in BUYER.people if name.startswith("officer")]
    recipients += [body.people[0][0] for body in CUSTODIANS]
    for name in recipients:
        create_sealing_key(sealing_key_path(settings, name), passphrase)
    sealing_keys = {name: open_sealing_key(sealing_key_path(settings, name), passphrase) for name in recipients}
    return settings, keys, sealing_keys


def _releases(settings: Settings) -> ReleaseStore:
    state = State(settings.state_url)
    state.migrate()
    return ReleaseStore(ObjectStore(settings.store_dir), state)


def _play(stage: Stage, home: Path, procedures: int) -> None:
    try:
        stage.open_town_hall()
        begin = stamp(stage.clock.now())
        past = list(past_releases(stage.now, procedures))
        bring_in(stage, ((body, [each for each in notices if each["date"] < begin]) for body, notices in past))
        since = [(body, [each for each in notices if each["date"] >= begin]) for body, notices in past]
        with notice_service() as service:
            neighbour = partial(watched_neighbour, service=service)
            stage.play((*STORIES, partial(school_run, home=home), neighbour, partial(_weeks_since, notices=since)))
    finally:
        stage.releases.state.close()


def _weeks_since(stage: Stage, notices: Notices) -> Story:
    """What was published in the first weeks of the chain, brought in at once, before the story's last acts."""
    yield stage.ago(PUBLISHED_UNTIL, "07:00")
    bring_in(stage, notices)


def _index(settings: Settings, chain: Chain) -> None:
    index = Index.open(settings.index_url)
    try:
        Synchroniser(index, chain, ObjectStore(settings.store_dir)).run_once()
        Publisher(settings.log_dir, chain, index).publish()
    finally:
        index.close()
