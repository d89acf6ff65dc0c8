"""Making a home, and the keys in it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from eth_account import Account

from ledger.chain.identifiers import organisation_id
from ledger.chain.signers import create_keystore
from ledger.cli.bootstrap import KEYS
from ledger.cli.organisations import OBSERVER_SCHEME
from ledger.terms import OrganisationKind, Role
from tests.cli.conftest import PASSPHRASE, Siegel, type_at_terminal

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
            found = chain.view("authority", organisation, account, of="registry")
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


OWN = "an officer's own passphrase"


def opens(file: Path, passphrase: str) -> bool:
    """Whether the keystore opens with it."""
    try:
        Account.decrypt(json.loads(file.read_text()), passphrase)
    except ValueError as error:
        assert "MAC mismatch" in str(error)
        return False
    return True


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file with an officer's own passphrase."""
    file = tmp_path / "own"
    file.write_text(f"{OWN}\n")
    return file


def test_key_passphrase_from_a_file_only_the_new_one_opens_that_key(siegel: Siegel, home: Path, own: Path) -> None:
    """The account stays, the old passphrase is worthless for it, and the other keys keep theirs."""
    file = home / "keys" / "officer-two.json"
    before = siegel("key", "list", "--json", home=home).data
    changed = siegel("key", "passphrase", "officer-two", "--new-file", own, "--json", home=home)
    assert changed.exit_code == 0, changed.out
    assert siegel("key", "list", "--json", home=home).data == before
    assert (opens(file, OWN), opens(file, PASSPHRASE)) == (True, False)
    assert opens(home / "keys" / "officer-one.json", PASSPHRASE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["crypto"]["kdfparams"]["n"] == 2**18
    assert [path for path in (home / "keys").iterdir() if path.suffix != ".json"] == []


def test_key_passphrase_both_from_files(
    siegel: Siegel, home: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script can change a key whose passphrase is another than the home's."""
    old = tmp_path / "old"
    old.write_text(PASSPHRASE)
    monkeypatch.setenv("SIEGEL_PASSPHRASE", "of other keys")
    changed = siegel("key", "passphrase", "publisher", "--old-file", old, "--new-file", own, home=home)
    assert changed.exit_code == 0, changed.err
    assert opens(home / "keys" / "publisher.json", OWN)


def test_key_passphrase_asked_for_at_a_terminal(home: Path) -> None:
    """The old one once, the new one twice; nothing of it is shown."""
    code, screen = type_at_terminal(home, "key", "passphrase", "publisher", typed=(PASSPHRASE, OWN, OWN))
    assert code == 0, screen
    assert opens(home / "keys" / "publisher.json", OWN)
    assert PASSPHRASE not in screen
    assert OWN not in screen


def test_key_passphrase_wrong_old_one_file_stays(
    siegel: Siegel, home: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever does not know the old passphrase changes nothing."""
    file = home / "keys" / "publisher.json"
    before = file.read_bytes()
    monkeypatch.setenv("SIEGEL_PASSPHRASE", "wrong")
    refused = siegel("key", "passphrase", "publisher", "--new-file", own, home=home)
    assert (refused.exit_code, "[WrongPassphrase]" in refused.err) == (1, True)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "name", "code"), [("", "NewPassphraseMissing", 2), (f"{PASSPHRASE}\n", "PassphraseUnchanged", 1)]
)
def test_key_passphrase_no_new_one_file_stays(
    siegel: Siegel, home: Path, own: Path, content: str, name: str, code: int
) -> None:
    """An empty passphrase would leave the key unprotected, and the old one is no new one."""
    file = home / "keys" / "publisher.json"
    before = file.read_bytes()
    own.write_text(content)
    refused = siegel("key", "passphrase", "publisher", "--new-file", own, home=home)
    assert (refused.exit_code, f"[{name}]" in refused.err) == (code, True)
    assert file.read_bytes() == before


def test_key_passphrase_new_one_is_never_that_of_the_environment(siegel: Siegel, home: Path) -> None:
    """A script that names no new passphrase is told how, and does not get the shared one again."""
    refused = siegel("key", "passphrase", "publisher", home=home)
    assert (refused.exit_code, "--new-file" in refused.err) == (2, True)


def test_key_passphrase_disk_full_old_file_stays(siegel: Siegel, home: Path, own: Path, tmp_path: Path) -> None:
    """What cannot be written whole does not take the old file's place."""
    file = home / "keys" / "publisher.json"
    before = file.read_bytes()
    limit = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) // 2}, resource.RLIM_INFINITY)); "
    )
    ignored = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    run = "import sys; sys.argv[0] = 'siegel'; from ledger.cli import app; app()"
    command = [sys.executable, "-c", limit + ignored + run, "--home", str(home)]
    asked = [*command, "key", "passphrase", "publisher", "--new-file", str(own)]
    refused = subprocess.run(asked, capture_output=True, text=True, env=os.environ.copy())
    assert (refused.returncode, "[FileUnusable]" in refused.stderr) == (2, True), refused.stderr
    assert file.read_bytes() == before


def test_doctor_keys_under_one_passphrase_are_named(
    siegel: Siegel, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knows it acts as two officers; where the doctor knows it, the doctor sees that, too."""

    def told() -> list[str]:
        findings = siegel("doctor", "--json", home=home).data["findings"]
        return [each["sentence"] + each["advice"] for each in findings if each["check"] == "passphrases"]

    (found,) = told()
    assert "officer-one, officer-three, officer-two" in found
    assert "siegel key passphrase" in found
    for name in KEYS[1:]:
        file = home / "keys" / f"{name}.json"
        file.unlink()
        create_keystore(file, f"that of {name}", scrypt_n=2**10)
    (found,) = told()
    assert "siegel key passphrase" not in found
    monkeypatch.delenv("SIEGEL_PASSPHRASE")
    assert told() == []


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
