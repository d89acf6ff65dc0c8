"""The committed controls are what their generator makes, and an authority that is not ours accepts their stamps."""

from __future__ import annotations

from ledger.evidence.verify.checkpoint import of_log_alone
from tests.attacks.actors import TRUSTED, authority
from tests.attacks.draft import CONTROLS, control
from tests.attacks.make_controls import make_controls
from tests.attacks.stamping import stamp_name
from tests.evidence.bundles import entries_of
from tests.evidence.tsa import openssl_accepts


def test_controls_made_anew_are_the_same() -> None:
    """Byte for byte. If a contract or the writer changed: ``python -m tests.attacks.make_controls``."""
    made = make_controls()
    committed = {path.name: path.read_bytes() for path in CONTROLS.iterdir()}
    assert made.keys() == committed.keys()
    assert [name for name, data in made.items() if committed[name] != data] == []


def test_stamps_of_controls_accepted_by_openssl() -> None:
    """The corpus's own authority makes what others take for time stamps."""
    entries = entries_of(control("notices.qbft")[0])
    (checkpoint,) = [name for name in entries if name.startswith("checkpoints/") and "." not in name]
    for name in TRUSTED:
        stamp = entries[stamp_name(checkpoint, name)]
        assert openssl_accepts(stamp, of_log_alone(entries[checkpoint]), authority(name)[0])
