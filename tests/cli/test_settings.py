"""One configuration from file, environment and flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.cli.home import toml_text
from ledger.errors import SettingInvalid
from ledger.settings import Settings, read_toml


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own settings say nothing here."""
    for name in ("SIEGEL_HOME", "SIEGEL_PORT", "SIEGEL_LANGUAGE", "SIEGEL_OPERATOR__NAME"):
        monkeypatch.delenv(name, raising=False)


def written(home: Path, text: str) -> Path:
    """A home with these settings."""
    (home / "siegel.toml").write_text(text, encoding="utf-8")
    return home


def test_load_value_in_three_places_flag_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, environment and flag go before each other in this order."""
    home = written(tmp_path, "port = 1\nnode_port = 1\nhost = 'file'\n")
    monkeypatch.setenv("SIEGEL_PORT", "2")
    monkeypatch.setenv("SIEGEL_NODE_PORT", "2")
    settings = Settings.load(home, port=3, host=None)
    assert (settings.port, settings.node_port, settings.host) == (3, 2, "file")


def test_load_operator_from_file_and_environment_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table's entries can come from different sources."""
    home = written(tmp_path, '[operator]\nname = "Stadt"\nemail = "a@example.org"\n')
    monkeypatch.setenv("SIEGEL_OPERATOR__NAME", "Kreis")
    operator = Settings.load(home).operator
    assert (operator.name, operator.email) == ("Kreis", "a@example.org")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("prot = 1", "prot"),
        ("port = 'x'", "port"),
        ("[operator]\nnam = 'x'", "operator.nam"),
        ("port = ", "siegel.toml"),
    ],
)
def test_load_wrong_file_is_refused_by_name(tmp_path: Path, text: str, setting: str) -> None:
    """A typing error in siegel.toml is told, not passed over."""
    with pytest.raises(SettingInvalid) as refusal:
        Settings.load(written(tmp_path, text))
    assert refusal.value.values["setting"] == setting


def test_load_home_elsewhere_everything_lies_below_it(tmp_path: Path) -> None:
    """Nothing that is written by default lies outside the home, and a home can be moved."""
    home = written(tmp_path, 'store_dir = "store"\npassphrase_file = "secret"\n')
    settings = Settings.load(home)
    assert settings.store_dir == home / "store"
    assert settings.passphrase_file == home / "secret"
    assert settings.index_url == f"sqlite:///{home}/index.sqlite"
    assert settings.state_url == f"sqlite:///{home}/state.sqlite"
    for path in (settings.chain_dir, settings.keys_dir, settings.deployment_path, settings.toml_path):
        assert path.is_relative_to(home)


def test_load_home_from_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIEGEL_HOME names the home where no flag does."""
    monkeypatch.setenv("SIEGEL_HOME", str(written(tmp_path, "port = 7")))
    assert Settings.load().port == 7


def test_toml_text_new_home_names_every_setting_and_reads_back(tmp_path: Path) -> None:
    """The file of a new home shows all settings, those not chosen as comments, and means what was chosen."""
    text = toml_text({"language": "en", "publisher": {"name": 'Stadt "Muster\nbach"'}})
    home = written(tmp_path, text)
    for name in set(Settings.model_fields) - {"home", "publisher", "operator", "pull", "timestamps", "receiver"}:
        assert f"{name} = " in text
    settings = Settings.load(home)
    assert (settings.language, settings.publisher.name) == ("en", 'Stadt "Muster\nbach"')
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    assert read_toml(written(tmp_path, uncommented) / "siegel.toml")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ('index_url = { password = "geheim" }', "index_url"),
        ('state_url = ["geheim"]', "state_url"),
        ('port = "geheim"', "port"),
        ('language = "geheim"', "language"),
        ('ocid_prefix = "ge heim geheim"', "ocid_prefix"),
        ('operator = "geheim"', "operator"),
        ('operator = { name = ["geheim"] }', "operator.name"),
        ('store_dir = ["geheim"]', "store_dir"),
        ('passphrase_file = ["geheim"]', "passphrase_file"),
        ('index_url = "postgresql://siegel:geheim@db', "siegel.toml"),
    ],
)
def test_load_wrong_value_names_the_setting_and_not_the_value(tmp_path: Path, text: str, setting: str) -> None:
    """What stands where something else is expected may be a secret."""
    with pytest.raises(SettingInvalid) as failed:
        Settings.load(written(tmp_path, text))
    assert failed.value.values["setting"] == setting
    assert "geheim" not in f"{failed.value} {failed.value.values}"


def test_load_variable_that_is_no_json_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list or a table is JSON in the environment."""
    monkeypatch.setenv("SIEGEL_NODE_ORIGINS", "geheim")
    with pytest.raises(SettingInvalid) as failed:
        Settings.load(tmp_path)
    assert "node_origins" in str(failed.value)
    assert "JSON" in str(failed.value)
    assert "geheim" not in f"{failed.value} {failed.value.values}"


def test_load_unknown_name_does_not_repeat_its_value(tmp_path: Path) -> None:
    """Under a mistyped name a password may stand; the refusal must not carry it into a log."""
    with pytest.raises(SettingInvalid) as failed:
        Settings.load(written(tmp_path, 'index_ulr = "postgresql://siegel:secret@db/index"'))
    assert "index_ulr" in str(failed.value)
    assert "secret" not in str(failed.value)


def test_toml_text_authorities_read_back(tmp_path: Path) -> None:
    """A list of tables, as it may stand in a home that is brought to a newer version."""
    given = [{"name": "first", "url": "https://time.example/?a=b", "roots": "first.pem"}]
    home = written(tmp_path, toml_text({"timestamps": {"authorities": given, "interval": 60}}))
    assert Settings.load(home).timestamps.model_dump(mode="json") == {"authorities": given, "interval": 60}
