"""Making a home, and the keys in it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from eth_account import Account

from ledger.chain.identifiers import organisation_id
from ledger.cli.bootstrap import KEYS
from ledger.cli.organisations import OBSERVER_SCHEME
from ledger.terms import OrganisationKind, Role
from tests.cli.conftest import PASSPHRASE, Siegel

KNOWN_KEY = "0x" + "11" * 32
KNOWN_ACCOUNT = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"


def test_init_empty_place_makes_a_home_that_works(siegel: Siegel, tmp_path: Path) -> None:
    """Keys, chain, smart contracts, one buyer with three officers and a publisher, and an observer, for owner only."""
    home = tmp_path / "new"
    made = siegel("init", "--name", "Stadt Nebenau", "--identifier", "0599-1", "--json", home=home)
    assert made.exit_code == 0, made.out
    keys = made.data["keys"]
    assert sorted(keys) == sorted(KEYS)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (home / "keys").iterdir())
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    # The cost that real keys have: the file says it.
    assert json.loads((home / "keys" / "governor.json").read_text())["crypto"]["kdfparams"]["n"] == 2**18
    shown = siegel("key", "list", "--json", home=home)
    assert {key["name"]: key["account"] for key in shown.data["keys"]} == keys
    assert siegel("index", "run", "--once", home=home).exit_code == 0
    # The town was set up at once; from now on nobody is admitted or replaced before others could see it coming.
    assert made.data["governorDelay"] == 3 * 86_400
    alone = siegel("registry", "admit", "--scheme", "X", "--identifier", "1", "--kinds", "custodian",
                   "--person", f"{keys['publisher']}=officer", home=home)  # fmt: skip
    assert "[SecondPersonMissing]" in alone.err
    proposed = siegel("registry", "admit", "--scheme", "X", "--identifier", "1", "--kinds", "custodian",
                      "--person", f"{keys['publisher']}=officer", "--propose", tmp_path / "admit.json",
                      home=home)  # fmt: skip
    assert proposed.exit_code == 0, proposed.err
    early = siegel("approve", tmp_path / "admit.json", "--as", "governor", "--yes", home=home)
    assert "[NotRipe]" in early.err


def test_init_twice_second_is_refused(siegel: Siegel, home: Path) -> None:
    """A home is never written over."""
    again = siegel("init", "--name", "Stadt", "--identifier", "1", home=home)
    assert again.exit_code == 1
    assert "is not empty" in again.err
    assert "[HomeExists]" in again.err


def test_bootstrap_new_home_roles_are_those_of_the_keys(siegel: Siegel, home: Path) -> None:
    """Each key may do what its name says, and nothing else."""
    from contextlib import ExitStack

    from ledger.chain.signers import keystore_account
    from ledger.cli.connection import connect, load_deployment
    from ledger.settings import Settings
    from tests.cli.notices import SCHEME, UID

    settings = Settings.load(home)
    buyer, observer = organisation_id(SCHEME, UID), organisation_id(OBSERVER_SCHEME, UID)
    expected = {
        "officer-one": (buyer, Role.OFFICER, OrganisationKind.BUYER),
        "officer-two": (buyer, Role.OFFICER, OrganisationKind.BUYER),
        "officer-three": (buyer, Role.OFFICER, OrganisationKind.BUYER),
        "publisher": (buyer, Role.PUBLISHER, OrganisationKind.BUYER),
        "observer": (observer, Role.PUBLISHER | Role.OFFICER, OrganisationKind.OBSERVER),
        "governor": (buyer, Role(0), OrganisationKind.BUYER),
    }
    with ExitStack() as closing:
        chain = connect(settings, load_deployment(settings), closing)
        for key, (organisation, roles, kinds) in expected.items():
            account = keystore_account(home / "keys" / f"{key}.json")
            found = chain.view("authority", organisation, account, contract="registry")
            assert tuple(found)[:2] == (roles, kinds), key


def test_key_new_name_taken_file_stays(siegel: Siegel, home: Path) -> None:
    """A lost key is lost for ever, so none is ever overwritten."""
    before = (home / "keys" / "publisher.json").read_bytes()
    refused = siegel("key", "new", "publisher", home=home)
    assert (refused.exit_code, "[KeystoreExists]" in refused.err) == (1, True)
    assert (home / "keys" / "publisher.json").read_bytes() == before


@pytest.mark.parametrize("name", ["../outside", "Upper", "a" * 41, "9lives", "with space", ""])
def test_key_new_name_that_is_no_file_name_is_refused(siegel: Siegel, home: Path, name: str) -> None:
    """A key's name cannot lead out of the folder of keys."""
    assert "[KeyNameInvalid]" in siegel("key", "new", name, home=home).err


def test_key_import_private_key_gives_its_account(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """A private key from a file is kept under the passphrase."""
    file = tmp_path / "secret"
    file.write_text(KNOWN_KEY + "\n")
    taken = siegel("key", "import", "bidder-one", file, "--json", home=home)
    assert taken.data["account"] == KNOWN_ACCOUNT
    kept = json.loads((home / "keys" / "bidder-one.json").read_text())
    assert "0x" + bytes(Account.decrypt(kept, PASSPHRASE)).hex() == KNOWN_KEY


def test_key_import_keystore_of_another_passphrase_is_refused(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """What nobody here can open is not taken in."""
    file = tmp_path / "other.json"
    file.write_text(
        json.dumps(Account.encrypt(bytes.fromhex(KNOWN_KEY[2:]), "another", kdf="scrypt", iterations=2**10))
    )
    assert "[WrongPassphrase]" in siegel("key", "import", "bidder-one", file, home=home).err
    assert not (home / "keys" / "bidder-one.json").exists()


@pytest.mark.parametrize("content", ["0x1234", "not a key", "{}", "00" * 32])
def test_key_import_no_key_is_refused(siegel: Siegel, home: Path, tmp_path: Path, content: str) -> None:
    """A file without a key is told as such, and nothing is kept of it."""
    file = tmp_path / "file"
    file.write_text(content)
    assert siegel("key", "import", "bidder-one", file, home=home).exit_code in (1, 2)
    assert not (home / "keys" / "bidder-one.json").exists()


def test_key_sealing_twice_shows_the_same_public_key(siegel: Siegel, home: Path) -> None:
    """The private half is made once; the public half can be shown again, with the passphrase only."""
    first = siegel("key", "sealing", "officer-one", "--json", home=home).data
    again = siegel("key", "sealing", "officer-one", "--json", home=home).data
    assert first == again
    assert len(bytes.fromhex(first["publicKey"][2:])) == 65


def test_passphrase_nobody_to_ask_is_told(siegel: Siegel, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script without a passphrase learns how to give one."""
    monkeypatch.delenv("SIEGEL_PASSPHRASE")
    asked = siegel("approval", "revoke", "0x" + "00" * 32, home=home)
    assert (asked.exit_code, "SIEGEL_PASSPHRASE_FILE" in asked.err) == (2, True)


def test_passphrase_file_first_line_counts(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passphrase can stand in a file, which goes before the environment."""
    file = tmp_path / "passphrase"
    file.write_text("wrong\n")
    monkeypatch.setenv("SIEGEL_PASSPHRASE_FILE", str(file))
    assert "[WrongPassphrase]" in siegel("approval", "revoke", "0x" + "00" * 32, home=home).err
    file.write_text(f"{PASSPHRASE}\nsecond line\n")
    assert "[ApprovalUnknown]" in siegel("approval", "revoke", "0x" + "00" * 32, home=home).err
