"""The certificates of servers and nodes, all Ed25519.

Servers and nodes have an authority each: a node's certificate must not open the port on which servers talk to each
other, where there are no permissions.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = timedelta(days=1)
AUTHORITY_LASTS = 20 * 365 * _DAY
SERVER_LASTS = NODE_LASTS = 5 * 365 * _DAY  # a lost one is revoked by its NKey, not by its end
_CLOCKS_DIFFER = _DAY


class CertificateAuthority:
    """`key_pem` is a secret."""

    def __init__(self, key_pem: str, certificate_pem: str) -> None:
        key = load_pem_private_key(key_pem.encode(), None)
        assert isinstance(key, Ed25519PrivateKey)
        self._key, self.key_pem, self.certificate_pem = key, key_pem, certificate_pem
        self._name = x509.load_pem_x509_certificate(certificate_pem.encode()).subject

    @classmethod
    def new(cls, name: str) -> CertificateAuthority:
        key = Ed25519PrivateKey.generate()
        named = _named(name)
        builder = _begun(named, named, key.public_key(), AUTHORITY_LASTS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return cls(key_to_pem(key), _pem(builder.sign(key, None)))

    def for_server(self, host: str, key: Ed25519PublicKey) -> str:
        """PEM. Servers also connect to each other, as clients."""
        try:
            found: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            found = x509.DNSName(host)
        builder = _begun(_named(host), self._name, key, SERVER_LASTS)
        builder = builder.add_extension(x509.SubjectAlternativeName([found]), critical=False)
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        return self._signed(builder, x509.ExtendedKeyUsage(uses))

    def for_node(self, name: str, key: Ed25519PublicKey, lasts: timedelta = NODE_LASTS) -> str:
        """PEM."""
        builder = _begun(_named(name), self._name, key, lasts)
        return self._signed(builder, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]))

    def _signed(self, builder: x509.CertificateBuilder, uses: x509.ExtendedKeyUsage) -> str:
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        return _pem(builder.add_extension(uses, critical=False).sign(self._key, None))


def key_to_pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def ends_at(certificate_pem: str) -> datetime:
    return x509.load_pem_x509_certificate(certificate_pem.encode()).not_valid_after_utc


def _begun(name: x509.Name, issuer: x509.Name, key: Ed25519PublicKey, lasts: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + lasts)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
