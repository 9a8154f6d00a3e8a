"""Keys that tests sign with."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hiprisk.bundle import read_bundle
from hiprisk.bundle.keys import read_private_key, write_key_pair
from hiprisk.bundle.signatures import sign


def key_pair(folder, name="key"):
    """Paths of a new private key and of its public one."""
    path = folder / name
    write_key_pair(path)
    return path, folder / f"{name}.pub"


def signed(folder, private):
    """Sign a bundle; the path of the signature."""
    return sign(folder, read_bundle(folder).manifest, read_private_key(private))


def other_type(folder, kind):
    """Paths of a private and a public key that is not Ed25519."""
    key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if kind == "rsa"
        else ec.generate_private_key(ec.SECP256R1())
    )
    private, public = folder / kind, folder / f"{kind}.pub"
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private, public
