"""A time-stamping authority on this machine: certificates by `cryptography`, stamps by openssl."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = main
[main]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
"""


class LocalAuthority:
    """Answers time-stamp requests with the machine's clock. `root`: what a verifier trusts."""

    def __init__(self, folder: Path, name: str = "Test root") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        root_key, self._key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = _certificate(name, root_key.public_key(), name, root_key, authority=True)
        signer = _certificate("Test stamps", self._key.public_key(), name, root_key)
        pem = serialization.Encoding.PEM
        (folder / "config").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        (folder / "signer.pem").write_bytes(signer.public_bytes(pem))
        (folder / "root.pem").write_bytes(self.root.public_bytes(pem))
        secret = self._key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "key.pem").write_bytes(secret)

    def send(self, method: str, url: str, body: bytes | None, timeout: float) -> tuple[int, bytes]:
        """In place of HTTP: the body is the request, the answer the response."""
        (self._folder / "request").write_bytes(body or b"")
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", "config", "-section", "main",
             "-queryfile", "request", "-inkey", "key.pem", "-signer", "signer.pem",
             "-out", "response"],
            cwd=self._folder, check=True, capture_output=True,
        )  # fmt: skip
        return 200, (self._folder / "response").read_bytes()


def _certificate(
    name: str,
    public: ec.EllipticCurvePublicKey,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(key, hashes.SHA256())
