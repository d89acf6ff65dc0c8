"""One configuration from ``siegel.toml``, the environment (``SIEGEL_*``) and flags, in rising order.

Everything that the embedded default writes lies below one folder, the home; the layout is in ``docs/architecture.md``
and each setting in ``docs/settings.md`` (a test holds that page to this file).
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from ledger.errors import SettingInvalid

HOME_VERSION = 1
"""Version of the home folder's format that this software writes and reads."""

OUTSIDE_SETTINGS = frozenset({"SIEGEL_TEST_DATA", "SIEGEL_PASSPHRASE", "SIEGEL_BACKUP_PASSPHRASE"})
"""Variables that begin like a setting and are none: the tests' data folder, passphrases for scripts."""


class Publisher(BaseModel):
    """Who publishes the packages of releases (OCDS ``publisher``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="", description="name of the publisher in OCDS packages (`publisher.name`)")
    uri: str = Field(default="", description="web page of the publisher (`publisher.uri`)")
    scheme: str = Field(default="", description="list from which the publisher's identifier comes (`publisher.scheme`)")
    uid: str = Field(default="", description="the publisher's identifier in that list (`publisher.uid`)")


class Operator(BaseModel):
    """Who runs this installation, for the imprint (DDG § 5), the privacy page (DSGVO Art. 13) and BITV 2.0 § 7."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="", description="name of the authority or company that runs this installation")
    postal_address: str = Field(default="", description="street, postal code and place, lines separated by `\\n`")
    represented_by: str = Field(default="", description="who represents it, for the imprint")
    email: str = Field(default="", description="e-mail address of the operator")
    phone: str = Field(default="", description="telephone number of the operator")
    accessibility_contact: str = Field(default="", description="e-mail address or phone for reports of barriers")
    accessibility_date: str = Field(
        default="", description="day on which the accessibility statement was last reviewed, `YYYY-MM-DD`"
    )
    accessibility_barriers: str = Field(
        default="",
        description="known barriers of this installation and their reasons, or that none are known; who tested and how",
    )
    enforcement_body: str = Field(
        default="", description="body to turn to when reports of barriers get no help: name, address, web page"
    )
    privacy_contact: str = Field(default="", description="contact of the data protection officer")
    supervisory_authority: str = Field(default="", description="data protection authority that supervises the operator")
    log_retention: str = Field(
        default="", description="what the web server keeps of a visit and for how long, or that it keeps nothing"
    )


class Pull(BaseModel):
    """What ``siegel pull`` reads, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str = Field(
        default="https://oeffentlichevergabe.de/api/notice-exports",
        pattern=r"^https?://[!-~]+$",
        description="address of the notice service's exports",
    )
    export: Literal["eforms.zip", "ocds.zip"] = Field(
        default="eforms.zip", description="form of the exports: `eforms.zip` or `ocds.zip`"
    )
    buyers: tuple[str, ...] = Field(
        default=(),
        description="buyers whose notices an observer looks for: names, numbers in their register, or `SCHEME:NUMBER`",
    )
    days: int = Field(
        default=14, ge=1, le=400, description="days before today that are read, again and again, at each pull"
    )


class Authority(BaseModel):
    """A time-stamping authority (RFC 3161)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    url: str = Field(pattern=r"^https?://[!-~]+$")
    roots: Path


class Timestamps(BaseModel):
    """Outside authorities that stamp the checkpoints of the transparency log (RFC 3161)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authorities: tuple[Authority, ...] = Field(
        default=(),
        description="the authorities, each a table of `name` (a-z, 0-9 and -), `url`, and `roots`: a file with the "
        "certificates (PEM or DER) of which one must vouch for it",
    )
    interval: int = Field(
        default=600, ge=1, le=43_200, description="seconds between two checkpoints that an authority is asked to stamp"
    )


class Receiver(BaseModel):
    """The organisation for which this installation takes sealed bids in; without ``uid`` it takes none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str = Field(default="", description="list from which the receiver's identifier comes")
    uid: str = Field(default="", description="the receiver's identifier in that list; empty: nothing is handed in here")
    key: str = Field(default="receiver", description="name of the key in the home that signs promises")
    largest_envelope: int = Field(
        default=2 * 2**30, ge=2**16, lt=2**40, description="most bytes of one envelope that is taken"
    )
    round_bytes: int = Field(
        default=20 * 2**30, ge=2**20, description="most bytes of a round's envelopes that no commitment names yet"
    )
    unfinished: int = Field(default=200, ge=1, description="most uploads that are unfinished at once")
    relays_per_minute: int = Field(
        default=600, ge=1, description="most transactions that are relayed in a minute: bids, and as many other acts"
    )
    relays_per_minute_of_account: int = Field(default=20, ge=1, description="the same of one account")
    downloads_of_account: int = Field(
        default=4, ge=1, description="most envelopes, or parts of them, that one officer's account reads at once"
    )


class OtherReceiver(BaseModel):
    """Where another receiver takes sealed bids in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str = Field(min_length=1)
    uid: str = Field(min_length=1)
    name: str = Field(default="")
    url: str = Field(pattern=r"^https?://[!-~]+$")


Address = Annotated[str, Field(pattern=r"^https?://[!-~]+$")]


class Settings(BaseSettings):
    """All settings; frozen, so a running process has exactly one configuration."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="SIEGEL_", env_nested_delimiter="__", validate_default=True
    )

    home: Path = Field(default_factory=lambda: default_home(), description="folder of all that is written")
    home_version: int = Field(default=HOME_VERSION, description="format of the home folder; written by `siegel init`")
    rpc_url: str | None = Field(
        default=None, description="JSON-RPC address of a chain node; without it the embedded chain of the home is used"
    )
    index_url: str = Field(default="", description="SQLAlchemy URL of the index; default `sqlite:///HOME/index.sqlite`")
    state_url: str = Field(
        default="",
        description="SQLAlchemy URL of the state that cannot be derived; default `sqlite:///HOME/state.sqlite`",
    )
    store_dir: Path = Field(default=Path(), description="folder of releases and documents; default `HOME/store`")
    host: str = Field("127.0.0.1", description="interface on which `siegel serve` listens")
    port: int = Field(default=8000, ge=0, le=65535, description="port of `siegel serve`; 0 takes a free one")
    node_host: str = Field("127.0.0.1", description="interface on which `siegel node` listens")
    node_origins: tuple[str, ...] = Field(
        default=(), description="web origins whose scripts may ask `siegel node`, for example `https://wallet.example`"
    )
    node_port: int = Field(default=8545, ge=0, le=65535, description="port of `siegel node`; 0 takes a free one")
    language: Literal["de", "en"] = Field(
        default="de", description="language of messages and of pages without a choice"
    )
    publisher: Publisher = Publisher()
    ocid_prefix: str = Field(
        default="",
        pattern=r"^[!-~]*$",
        max_length=64,
        description="OCID prefix of the publisher, for notices without an ocid",
    )
    operator: Operator = Operator()
    pull: Pull = Pull()
    timestamps: Timestamps = Timestamps()
    receiver: Receiver = Receiver()
    receivers: tuple[OtherReceiver, ...] = Field(
        default=(),
        description="where other receivers are, each a table of `scheme`, `uid`, `name` and `url` (without `/api/v1`)",
    )
    nodes: tuple[Address, ...] = Field(
        default=(),
        description="JSON-RPC addresses of nodes of the chain that take tenderers' transactions from anywhere; told to "
        "everybody, so without passwords",
    )
    bid_page: Path | None = Field(
        default=None,
        description="file that is served as the bidder's page instead of the built one: a copy with custodians pinned, "
        "as `siegel page pin` writes it",
    )
    license_url: str = Field(
        default="https://www.govdata.de/dl-de/zero-2-0", description="data licence stated in every package (`license`)"
    )
    public_url: str | None = Field(
        default=None, description="address under which others reach this installation, without a slash at the end"
    )
    poll_interval: float = Field(
        default=1.0, gt=0, description="seconds between two looks of the synchroniser at the chain"
    )
    confirmations: int = Field(default=0, ge=0, description="blocks that must follow before the index takes a block")
    receipt_timeout: float = Field(default=30.0, gt=0, description="seconds to wait until a transaction is in a block")
    passphrase_file: Path | None = Field(
        default=None, description="file whose first line is the passphrase of the keys"
    )

    toml_name: ClassVar[str] = "siegel.toml"

    @classmethod
    def load(cls, home: Path | None = None, **flags: Any) -> Self:
        """The settings of ``home`` (default: ``SIEGEL_HOME``, else ``default_home()``).

        A flag that is ``None`` was not given. Raises ``SettingInvalid`` for a value of the wrong kind, for an unknown
        name in ``siegel.toml`` and for a file that is not TOML.
        """
        given = {name: value for name, value in flags.items() if value is not None}
        chosen = home or Path(os.environ.get("SIEGEL_HOME") or default_home())
        given["home"] = chosen.expanduser().absolute()
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors()[0]
            setting = ".".join(str(part) for part in first["loc"]) or "?"
            raise SettingInvalid(setting=setting, why=first["msg"]) from error
        except SettingsError as error:
            # A variable that should hold JSON and does not; the words name the setting and not the value.
            raise SettingInvalid(setting="SIEGEL_*", why=f"{error}; expected is JSON") from error

    @model_validator(mode="before")
    @classmethod
    def _below_home(cls, data: dict[str, Any]) -> dict[str, Any]:
        home = Path(data.get("home") or default_home()).expanduser().absolute()
        data["home"] = home
        if not data.get("index_url"):
            data["index_url"] = f"sqlite:///{home / 'index.sqlite'}"
        if not data.get("state_url"):
            data["state_url"] = f"sqlite:///{home / 'state.sqlite'}"
        # A relative folder in siegel.toml means the home, so that a home can be moved and restored elsewhere.
        data["store_dir"] = data.get("store_dir") or "store"
        for name in ("store_dir", "passphrase_file", "bid_page"):
            # Anything else than a path is refused by its kind.
            if data.get(name) and isinstance(data[name], str | Path):
                data[name] = home / Path(data[name]).expanduser()
        return data

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags over environment over ``siegel.toml``."""
        home = Path(init_settings().get("home") or default_home())
        written = InitSettingsSource(settings_cls, read_toml(home / cls.toml_name))
        return init_settings, EnvSettingsSource(settings_cls), written

    @property
    def toml_path(self) -> Path:
        """Where the written settings are."""
        return self.home / self.toml_name

    @property
    def deployment_path(self) -> Path:
        """Chain id, genesis hash, accounts of ledger and registry, block of deployment."""
        return self.home / "deployment.json"

    @property
    def chain_dir(self) -> Path:
        """Folder of the embedded chain."""
        return self.home / "chain"

    @property
    def log_dir(self) -> Path:
        """Folder of the transparency log and its predecessors."""
        return self.home / "log"

    @property
    def keys_dir(self) -> Path:
        """Folder of the keystores, one file an account."""
        return self.home / "keys"


def default_home() -> Path:
    """``$XDG_DATA_HOME/siegel``, else ``~/.local/share/siegel`` (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "siegel"


def read_toml(path: Path) -> dict[str, Any]:
    """The written settings at ``path``; nothing where there is no file. Raises ``SettingInvalid``."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingInvalid(setting=path.name, why=str(error)) from error
