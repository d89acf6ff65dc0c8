"""A real time-stamping authority: OpenSSL's, with certificates made here, asked over HTTP on loopback."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ledger.evidence.verify import der

Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Extensions: TypeAlias = Sequence[tuple[x509.ExtensionType, bool]]

TIME_STAMPING = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
NOW = datetime.now(UTC).replace(microsecond=0)
_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")


def usage(*names: str) -> x509.KeyUsage:
    """A key usage with only these."""
    given = {each: each in names for each in (*_USAGES, "key_cert_sign", "crl_sign")}
    return x509.KeyUsage(**given, encipher_only=False, decipher_only=False)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """The certificate's DER."""
        return self.certificate.public_bytes(Encoding.DER)

    def write(self, folder: Path, name: str) -> None:
        """Certificate and key as PEM."""
        (folder / f"{name}.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.key").write_bytes(key)


def certify(
    name: str,
    issuer: Holder | None = None,
    *,
    authority: bool = True,
    extensions: Extensions = (),
    valid: tuple[datetime, datetime] = (NOW - timedelta(days=1), NOW + timedelta(days=365)),
    key: Key | None = None,
    path_length: int | None = None,
    serial: int | None = None,
    rsa_padding: padding.PSS | None = None,
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = None,
    subject: x509.Name | None = None,
) -> Holder:
    """A certificate of ``name`` by ``issuer``, or by itself; an ``authority`` certifies others."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(authority, path_length if authority else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if authority and not any(isinstance(extension, x509.KeyUsage) for extension, _ in extensions):
        builder = builder.add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    above = issuer.key if issuer else key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key())
    builder = builder.add_extension(identifier, critical=False)
    # Without chance, so that a certificate with a given key and serial number is always the same.
    fixed = True if isinstance(above, ec.EllipticCurvePrivateKey) else None
    return Holder(
        builder.sign(above, digest or hashes.SHA256(), rsa_padding=rsa_padding, ecdsa_deterministic=fixed), key
    )


def stamper(name: str, issuer: Holder, **options: object) -> Holder:
    """A certificate for time stamps."""
    return certify(name, issuer, authority=False, extensions=[TIME_STAMPING], **options)  # type: ignore[arg-type]


@dataclass
class Authority:
    """OpenSSL's time-stamping authority with this certificate; what it sends along is ``path``."""

    holder: Holder
    path: Sequence[Holder] = ()
    settings: dict[str, str] = field(default_factory=dict)

    def reply(self, query: bytes) -> bytes:
        """A TimeStampResp for a TimeStampReq."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self.holder.write(folder, "tsa")
            pems = (one.certificate.public_bytes(Encoding.PEM) for one in self.path)
            (folder / "path.pem").write_bytes(b"".join(pems))
            (folder / "query").write_bytes(query)
            (folder / "serial").write_text("01")
            settings = {
                "serial": folder / "serial",
                "signer_cert": folder / "tsa.pem",
                "signer_key": folder / "tsa.key",
                "signer_digest": "sha256",
                "default_policy": "1.2.3.4.1",
                "digests": "sha256, sha384, sha512",
                "ess_cert_id_alg": "sha256",
                **({"certs": folder / "path.pem"} if self.path else {}),
                **self.settings,
            }
            lines = ["[tsa]", "default_tsa = one", "[one]", *(f"{key} = {value}" for key, value in settings.items())]
            (folder / "ts.cnf").write_text("\n".join(lines) + "\n")
            files = ("-config", folder / "ts.cnf", "-queryfile", folder / "query", "-out", folder / "reply")
            _openssl("ts", "-reply", *files)
            return (folder / "reply").read_bytes()

    def stamp(self, data: bytes, digest: str = "sha256") -> bytes:
        """A TimeStampResp for these bytes."""
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "data").write_bytes(data)
            query = Path(name) / "query"
            _openssl("ts", "-query", "-data", Path(name) / "data", f"-{digest}", "-cert", "-out", query)
            return self.reply(query.read_bytes())


def sign_token(content: bytes, holder: Holder, path: Sequence[Holder] = (), *options: str) -> bytes:
    """A TimeStampResp with this TSTInfo, signed by OpenSSL's CMS: what an honest authority would not make."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        holder.write(folder, "tsa")
        (folder / "path.pem").write_bytes(b"".join(one.certificate.public_bytes(Encoding.PEM) for one in path))
        (folder / "content").write_bytes(content)
        given = options or ("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades", "-md", "sha256")
        _openssl(
            *("cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-outform", "DER", *given),
            *("-in", folder / "content", "-signer", folder / "tsa.pem", "-inkey", folder / "tsa.key"),
            *(("-certfile", folder / "path.pem") if path else ()),
            *("-out", folder / "token"),
        )
        return response((folder / "token").read_bytes())


def response(token: bytes, status: bytes = der.encode_integer(0)) -> bytes:
    """A TimeStampResp with this token."""
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, status), token)


def openssl_accepts(stamp: bytes, data: bytes, root: Holder) -> bool:
    """Whether OpenSSL's own verifier takes the response for these bytes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root.write(folder, "root")
        (folder / "stamp").write_bytes(stamp)
        (folder / "data").write_bytes(data)
        files = ("-data", folder / "data", "-in", folder / "stamp", "-CAfile", folder / "root.pem")
        command = ["openssl", "ts", "-verify", *map(str, files)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


@dataclass
class Service:
    """What an authority's address answers: the authority's reply, or what ``answer`` makes of the request.

    ``received`` has the headers and bodies of the requests, ``moments`` when they came.
    """

    authority: Authority
    url: str = ""
    answer: Callable[[bytes], tuple[int, bytes]] | None = None
    moments: list[float] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def serving(authority: Authority, port: int = 0) -> Iterator[Service]:
    """The authority behind an address on loopback."""
    service = Service(authority)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            service.received.append((dict(self.headers.items()), query))
            service.moments.append(time.monotonic())
            status, body = service.answer(query) if service.answer else (200, service.authority.reply(query))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _openssl(*arguments: object) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
