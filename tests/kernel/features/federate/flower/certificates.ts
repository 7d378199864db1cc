/** Certificates of an authority that nobody knows, and of this machine, which it signed for: made by Flower's own Python. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ensurePythonEnv } from "#tools/python-env.mjs";

const PROGRAM = `
import datetime, ipaddress, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

folder = sys.argv[1]
now = datetime.datetime.now(datetime.timezone.utc)

def write(name, data):
    with open(f"{folder}/{name}", "wb") as file:
        file.write(data)

def made(subject, issuer, key, signer, authority):
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    builder = (
        x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())

pem = serialization.Encoding.PEM
ours, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
write("authority.pem", made("authority", "authority", ours, ours, True).public_bytes(pem))
write("certificate.pem", made("here", "authority", theirs, ours, False).public_bytes(pem))
write("key.pem", theirs.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
`;

/** Files in a folder. */
export async function certificatesIn(folder: string) {
  const { python } = await ensurePythonEnv("flower");
  execFileSync(python, ["-c", PROGRAM, folder]);
  const file = (name: string): string => join(folder, name);
  return { certificate: file("certificate.pem"), key: file("key.pem"), authority: file("authority.pem") };
}
