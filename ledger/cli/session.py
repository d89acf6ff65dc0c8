"""One call of ``siegel``: its settings, its words, and what it opened and must close."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import typer

from ledger.cli.home import require_home
from ledger.cli.language import LANGUAGES, language_at_start, speaking
from ledger.errors import SettingInvalid
from ledger.ocds.odd_characters import visible
from ledger.settings import Settings

# Whatever a command does not need is not imported for it: --help has to be there at once.
if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.chain.deployment import Deployment
    from ledger.chain.signers import KeystoreSigner
    from ledger.index.database import Index
    from ledger.store.objects import ObjectStore
    from ledger.store.releases import ReleaseStore
    from ledger.store.state import State


class Session:
    """What every command gets first. What it opens lazily is closed with it, also when the command fails."""

    def __init__(self, settings: Settings, *, json: bool, closing: ExitStack) -> None:
        self.settings = settings
        self.json = json
        self.closing = closing
        self._signers: dict[str, KeystoreSigner] = {}

    @classmethod
    @contextmanager
    def begin(cls, *, home: Path | None, json: bool, language: str | None) -> Iterator[Self]:
        """Reads the settings and speaks their language from here on. Raises ``SettingInvalid``."""
        if language not in (None, *LANGUAGES):
            raise SettingInvalid(setting="language", why="Input should be 'de' or 'en'")
        # Until the settings are read, a failure to read them must be told in some language.
        speaking.set(language or language_at_start(["--home", str(home)] if home else []))
        settings = Settings.load(home, language=language)
        speaking.set(settings.language)
        with ExitStack() as closing:
            yield cls(settings, json=json, closing=closing)

    def require_home(self) -> Settings:
        """The settings, if there is a home. Raises ``HomeMissing``, ``HomeVersionUnknown``."""
        require_home(self.settings)
        return self.settings

    def tell(self, line: str) -> None:
        """Says something while the command still runs; aside, so that ``--json`` stays clean. What stands in foreign
        files cannot steer the terminal."""
        typer.echo(visible(line), err=self.json)

    def warn(self, line: str) -> None:
        """Says aside what whoever reads the answer should know besides."""
        typer.echo(visible(line), err=True)

    @cached_property
    def deployment(self) -> Deployment:
        """Raises ``DeploymentMissing``."""
        from ledger.cli.connection import load_deployment

        return load_deployment(self.require_home())

    @cached_property
    def chain(self) -> Chain:
        """The chain of the settings: a node by its address, the running node of this home, else opened here."""
        from ledger.cli.connection import connect

        return connect(self.settings, self.deployment, self.closing)

    @cached_property
    def store(self) -> ObjectStore:
        """Releases and documents."""
        from ledger.store.objects import ObjectStore

        return ObjectStore(self.require_home().store_dir)

    @cached_property
    def state(self) -> State:
        """The state, brought to this version's format."""
        from ledger.store.state import State

        state = State(self.require_home().state_url)
        self.closing.callback(state.close)
        state.migrate()
        return state

    @cached_property
    def releases(self) -> ReleaseStore:
        """Releases with their salts and disclosures."""
        from ledger.store.releases import ReleaseStore

        return ReleaseStore(self.store, self.state)

    @cached_property
    def index(self) -> Index:
        """The index, brought to this version's format."""
        from ledger.index.database import Index

        index = Index.open(self.require_home().index_url)
        self.closing.callback(index.close)
        return index

    def signer(self, name: str) -> KeystoreSigner:
        """The key ``name`` of this home, opened once with its passphrase."""
        if name not in self._signers:
            from ledger.chain.signers import KeystoreSigner
            from ledger.cli.keys import key_path
            from ledger.cli.passphrase import passphrase_for

            path = key_path(self.require_home(), name)
            self._signers[name] = KeystoreSigner.load(path, passphrase_for(name, self.settings))
        return self._signers[name]

    def now(self) -> int:
        """The present second, as the chain judges calls."""
        return self.chain.now()
