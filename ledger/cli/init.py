"""``siegel init`` and ``siegel deploy``: a home folder with a chain, smart contracts, and the first organisations."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.connection import open_node
from ledger.cli.home import create_home
from ledger.cli.language import say
from ledger.cli.passphrase import passphrase_for
from ledger.cli.session import Session
from ledger.cli.values import account, duration
from ledger.errors import DeploymentExists
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.chain.deployment import Deployment
    from ledger.chain.signers import Signer


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    command(app, "init", example='siegel init --name "Stadt Musterbach" --identifier 05999001-0001-20')(init)
    command(
        app, "join", example="siegel join deployment.json --rpc-url http://10.1.2.3:8545 --identifier 05999001-0001-20"
    )(join)
    command(app, "deploy", example="siegel deploy --governor 0x51...e0 --governor 0x7c...2d --threshold 2 --delay 7d")(
        deploy_
    )


def init(
    session: Session,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help=say("name of the buyer"))],
    identifier: Annotated[str, typer.Option("--identifier", metavar="ID", help=say("identifier of the buyer"))],
    scheme: Annotated[
        str, typer.Option("--scheme", metavar="SCHEME", help=say("list of the identifier"))
    ] = "DE-LEITWEG",
    ocid_prefix: Annotated[
        str, typer.Option("--ocid-prefix", metavar="PREFIX", help=say("OCID prefix of the publisher"))
    ] = "",
    governor_delay: Annotated[
        str,
        typer.Option("--governor-delay", metavar="DURATION", help=say("how long the governor's decisions wait")),
    ] = "3d",
) -> Answer:
    """Make a home folder: keys, an own chain, smart contracts, and one buyer with three officers and a publisher.

    With --home elsewhere than the default. If the making is cut off, the folder is refused by the next try and can
    simply be deleted: nothing has been published yet.
    """
    from ledger.cli.bootstrap import KEYS, Named, bootstrap, make_keys

    settings = session.settings
    delay = duration(governor_delay, "--governor-delay")
    passphrase = passphrase_for(say("all keys of the new home"), settings, new=True)
    written = {
        "language": settings.language,
        "publisher": {"name": name, "scheme": scheme, "uid": identifier},
        **({"ocid_prefix": ocid_prefix} if ocid_prefix else {}),
        **({"rpc_url": settings.rpc_url} if settings.rpc_url else {}),
    }
    settings = create_home(settings.home, written)
    session.tell(say("Making {count} keys; each takes a second, so that a thief needs years.", count=len(KEYS)))
    keys = make_keys(settings, passphrase)
    deployment = bootstrap(settings, keys, Named(scheme, identifier), session.closing, delay=delay)
    data = {
        "home": settings.home,
        "chain_id": deployment.chain_id,
        "ledger": deployment.ledger,
        "registry": deployment.registry,
        "governor_delay": delay,
        "keys": {key: signer.account for key, signer in keys.items()},
    }
    return Answer(data, _next_steps(settings, deployment, keys, governor_delay if delay else None))


def join(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("the town's deployment.json"))],
    rpc_url: Annotated[str, typer.Option("--rpc-url", metavar="URL", help=say("address of a node of its chain"))],
    identifier: Annotated[
        str, typer.Option("--identifier", metavar="ID", help=say("identifier of the organisation that you act for"))
    ],
    scheme: Annotated[
        str, typer.Option("--scheme", metavar="SCHEME", help=say("list of the identifier"))
    ] = "DE-LEITWEG",
) -> Answer:
    """Make a home of your own for a town that exists: for an officer who approves what is mailed, or for a custodian.

    Nothing is put on the chain. The node must serve the chain and the smart contracts that the file names.
    """
    from ledger.chain.client import check_deployment
    from ledger.chain.deployment import Deployment
    from ledger.chain.rpc import transport_to

    deployment = Deployment.load(file)
    with closing(transport_to(rpc_url)) as transport:
        check_deployment(transport, deployment)
    written = {
        "language": session.settings.language,
        "publisher": {"scheme": scheme, "uid": identifier},
        "rpc_url": rpc_url,
    }
    settings = create_home(session.settings.home, written)
    deployment.save(settings.deployment_path)
    said = say("{home} is ready.", home=settings.home)
    advice = say(
        "Next: siegel key import NAME FILE takes in your key; siegel approve FILE --as NAME answers a proposal."
    )
    return Answer({"home": settings.home, **_shown(deployment)}, [said, *_lines(deployment), advice])


def deploy_(
    session: Session,
    governors: Annotated[
        list[str] | None, typer.Option("--governor", metavar="ACCOUNT", help=say("account of a governor"))
    ] = None,
    threshold: Annotated[int, typer.Option("--threshold", help=say("how many governors must agree"))] = 1,
    delay: Annotated[
        str, typer.Option("--delay", metavar="DURATION", help=say("how long the governors' decisions wait"))
    ] = "0s",
    as_: Annotated[str, typer.Option("--as", metavar="NAME", help=say("key that deploys"))] = "governor",
) -> Answer:
    """Put a new registry and ledger on the chain of the settings, where init did not do so."""
    from ledger.chain.deployment import deploy

    settings = session.require_home()
    if settings.deployment_path.exists():
        raise DeploymentExists(path=settings.deployment_path)
    signer = session.signer(as_)
    chosen = sorted(account(each, "--governor") for each in governors or ()) or [signer.account]
    deployment = deploy(
        open_node(settings, session.closing),
        signer,
        chosen,
        threshold=threshold,
        delay=duration(delay, "--delay"),
        nonces=settings.home / "nonces.sqlite",
        receipt_timeout=settings.receipt_timeout,
    )
    deployment.save(settings.deployment_path)
    return Answer(_shown(deployment), _lines(deployment))


def _shown(deployment: Deployment) -> dict[str, Any]:
    return {
        "chain_id": deployment.chain_id,
        "genesis_hash": deployment.genesis_hash,
        "ledger": deployment.ledger,
        "registry": deployment.registry,
        "block": deployment.block,
    }


def _lines(deployment: Deployment) -> list[str]:
    return [
        say("Chain {chain_id}", chain_id=deployment.chain_id),
        say("Ledger 0x{account}", account=deployment.ledger.hex()),
        say("Registry 0x{account}", account=deployment.registry.hex()),
    ]


def _next_steps(settings: Settings, deployment: Deployment, keys: Mapping[str, Signer], delay: str | None) -> list[str]:
    return [
        say("{home} is ready.", home=settings.home),
        *_lines(deployment),
        *(f"{key:<16} 0x{signer.account.hex()}" for key, signer in keys.items()),
        say("Each officer takes the own key away: copy keys/NAME.json to that person's home and delete it here."),
        say("All keys share one passphrase until each holder gives the own key another: siegel key passphrase NAME"),
        say("The governor alone admits organisations and replaces officers, {delay} after saying so.", delay=delay)
        if delay
        else say("The governor alone admits organisations and replaces officers AT ONCE: nobody sees it coming."),
        say("Add governors of other organisations with: siegel registry governors"),
        say(
            "Next: siegel import FILE... publishes notices, siegel serve shows them. Fill in [operator] in {file}.",
            file=settings.toml_path,
        ),
    ]
