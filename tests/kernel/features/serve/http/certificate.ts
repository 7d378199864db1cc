/**
 * A self-signed certificate for this machine, valid for a day. It is generated so that no key is stored in the
 * repository.
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.of(0), bytes);
const time = (at: Date): Buffer => der(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, "")));

/** Returns certificate and key as PEM; `name` is the common name, which tells two certificates apart. */
export function certificateOf(name: string): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signing = sequence(identifier("2a8648ce3d040302")); // ecdsa-with-SHA256
  const who = sequence(der(0x31, sequence(identifier("550403"), der(0x0c, Buffer.from(name)))));
  const [yesterday, tomorrow] = [-1, 1].map((days) => time(new Date(Date.now() + days * 86_400_000)));
  const names = sequence(der(0x87, Buffer.of(127, 0, 0, 1)), der(0x82, Buffer.from("localhost")));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ...[signing, who, sequence(yesterday!, tomorrow!), who, publicKey.export({ type: "spki", format: "der" })],
    der(0xa3, sequence(sequence(identifier("551d11"), der(0x04, names)))),
  );
  const whole = sequence(body, signing, bits(sign("sha256", body, privateKey)));
  const lines = whole.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
