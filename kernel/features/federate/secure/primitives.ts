/**
 * The cryptography of masking, all OpenSSL's via node:crypto: X25519, HKDF with SHA-256, ChaCha20-Poly1305, AES-256 in
 * counter mode as the mask generator, Ed25519. Transmitted keys are 32 bytes.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import { addWords, type WordBits } from "./fixed-point.js";

export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** Bytes that sealing adds. */
export const SEALING_TAG_BYTES = 16;

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** The primitives that both parties use; tests replace some. */
export interface CryptoPrimitives {
  random(bytes: number): Uint8Array;
  pair(): KeyPair;
  publicOf(privateKey: Uint8Array): Uint8Array;
  /** The shared secret of a key agreement; null if the other key is invalid. */
  agree(privateKey: Uint8Array, theirs: Uint8Array): Uint8Array | null;
  /** Derives 32 bytes for one use from a shared secret. */
  derive(shared: Uint8Array, salt: Uint8Array, use: string): Uint8Array;
  /** Each key seals only once, so the nonce is zero. */
  seal(key: Uint8Array, about: Uint8Array, text: Uint8Array): Uint8Array;
  /** Null if authentication fails. */
  open(key: Uint8Array, about: Uint8Array, sealed: Uint8Array): Uint8Array | null;
  mask(sum: Uint32Array, seed: Uint8Array, sign: 1 | -1, bits: WordBits): void;
  hash(...parts: readonly Uint8Array[]): Uint8Array;
  sign(key: KeyObject, text: Uint8Array): Uint8Array;
  verify(node: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean;
}

/** RFC 8410: the DER prefix of the 32 bytes of a key. */
const DER = {
  x25519: { spki: "302a300506032b656e032100", pkcs8: "302e020100300506032b656e04220420" },
  ed25519: { spki: "302a300506032b6570032100" },
} as const;
const withHead = (head: string, key: Uint8Array): Buffer => Buffer.concat([Buffer.from(head, "hex"), key]);
const publicKey = (kind: keyof typeof DER, key: Uint8Array): KeyObject =>
  createPublicKey({ key: withHead(DER[kind].spki, key), format: "der", type: "spki" });
const privateKey = (key: Uint8Array): KeyObject =>
  createPrivateKey({ key: withHead(DER.x25519.pkcs8, key), format: "der", type: "pkcs8" });

/** Returns the 32 bytes of an X25519 or Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ type: "spki", format: "der" }).subarray(-KEY_BYTES));
}
const rawPrivate = (key: KeyObject): Uint8Array =>
  new Uint8Array(key.export({ type: "pkcs8", format: "der" }).subarray(-KEY_BYTES));

const NONCE = Buffer.alloc(12);
const COUNTER = Buffer.alloc(16);
/** Small enough for a core's cache, a multiple of 8. */
const ZEROS = Buffer.alloc(65_536);

/** OpenSSL takes longer to parse a private key than to use it, so this process's own key objects are cached. */
const made = new WeakMap<Uint8Array, KeyObject>();

export const cryptoPrimitives: CryptoPrimitives = {
  random: (bytes) => new Uint8Array(randomBytes(bytes)),
  pair() {
    const pair = generateKeyPairSync("x25519");
    const raw = rawPrivate(pair.privateKey);
    made.set(raw, pair.privateKey);
    return { publicKey: rawPublicKey(pair.publicKey), privateKey: raw };
  },
  publicOf: (key) => rawPublicKey(createPublicKey(privateKey(key))),
  agree(privateBytes, theirs) {
    try {
      const shared = diffieHellman({
        privateKey: made.get(privateBytes) ?? privateKey(privateBytes),
        publicKey: publicKey("x25519", theirs),
      });
      return new Uint8Array(shared);
    } catch {
      return null; // a point of small order, which gives everyone the same secret
    }
  },
  derive: (shared, salt, use) => new Uint8Array(hkdfSync("sha256", shared, salt, use, KEY_BYTES)),
  seal(key, about, text) {
    const cipher = createCipheriv("chacha20-poly1305", key, NONCE, { authTagLength: SEALING_TAG_BYTES });
    cipher.setAAD(about, { plaintextLength: text.length });
    return new Uint8Array(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]));
  },
  open(key, about, sealed) {
    if (sealed.length < SEALING_TAG_BYTES) return null;
    const cipher = createDecipheriv("chacha20-poly1305", key, NONCE, { authTagLength: SEALING_TAG_BYTES });
    cipher.setAAD(about, { plaintextLength: sealed.length - SEALING_TAG_BYTES });
    cipher.setAuthTag(sealed.subarray(-SEALING_TAG_BYTES));
    try {
      return new Uint8Array(Buffer.concat([cipher.update(sealed.subarray(0, -SEALING_TAG_BYTES)), cipher.final()]));
    } catch {
      return null;
    }
  },
  mask(sum, seed, direction, bits) {
    const stream = createCipheriv("aes-256-ctr", seed, COUNTER);
    for (let offset = 0; offset < sum.length; offset += ZEROS.length / 4) {
      const bytes = stream.update(ZEROS.subarray(0, Math.min(ZEROS.length, 4 * (sum.length - offset))));
      addWords(sum, uint32sIn(bytes), direction, bits, offset);
    }
  },
  hash(...parts) {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return new Uint8Array(hash.digest());
  },
  sign: (key, text) => new Uint8Array(sign(null, text, key)),
  verify(node, text, signature) {
    try {
      return verify(null, text, publicKey("ed25519", node), signature);
    } catch {
      return false;
    }
  },
};

/** Reads little-endian 32-bit words, without a copy if the bytes are aligned to four. */
export function uint32sIn(bytes: Uint8Array): Uint32Array {
  return bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Uint32Array(new Uint8Array(bytes).buffer);
}
