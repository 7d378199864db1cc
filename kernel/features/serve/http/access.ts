/**
 * Access control: requires a known host name, a request from a program or the server's own page, and a key if keys are
 * set. Requests are rejected before a byte of the body is read.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { IncomingMessage } from "node:http";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export interface AccessControl {
  /** Coded errors `host-unknown`, `origin-unknown`. */
  look(request: IncomingMessage): void;
  /** An identifier of the sent key (`identified`) if it is accepted; otherwise null. */
  keyOf(request: IncomingMessage): string | null;
  /** Coded errors `api-key-missing`, `api-key-wrong`, if keys are required. */
  wantKey(request: IncomingMessage, key: string | null): void;
  readonly keyed: boolean;
  change(keys: readonly string[]): void;
}

/** `host`: the address listened on; `hosts`: additional names. */
export function accessControlOf(options: {
  readonly host: string;
  readonly hosts: readonly string[];
  readonly keys: readonly string[];
  readonly secure: boolean;
}): AccessControl {
  const names = new Set(["localhost", options.host, ...options.hosts].map((name) => bare(name.toLowerCase())));
  let keys = bytesOf(options.keys);
  return {
    get keyed() {
      return keys.length > 0;
    },
    look({ headers: { host = "", origin } }) {
      const name = nameIn(host);
      // An IP address cannot be redirected by a web page through DNS (DNS rebinding).
      if (isIP(name) === 0 && !names.has(name)) throw new CodedError("host-unknown", { host: host.slice(0, 200) });
      // The server's own page; a plain HTTP server may be behind a proxy that uses HTTPS.
      const isOwn = origin === `https://${host}` || (!options.secure && origin === `http://${host}`);
      if (origin !== undefined && !isOwn) throw new CodedError("origin-unknown", { origin: origin.slice(0, 200) });
    },
    keyOf(request) {
      if (keys.length === 0) return null;
      const sent = sentIn(request);
      if (sent === null) return null;
      const mine = hash("sha256", sent, "buffer");
      let found = false;
      // Compares with all keys, so that the time does not reveal which one matches.
      for (const key of keys) found = timingSafeEqual(mine, key) || found;
      return found ? identified(mine) : null;
    },
    wantKey(request, key) {
      if (keys.length === 0 || key !== null) return;
      throw sentIn(request) === null ? new CodedError("api-key-missing", {}) : new CodedError("api-key-wrong", {});
    },
    change(hashes) {
      keys = bytesOf(hashes);
    },
  };
}

const secret = randomBytes(32);
/**
 * A stable identifier of a key while this process runs. It can't be computed from a key or its hash without the secret.
 */
const identified = (hash: Buffer): string => createHmac("sha256", secret).update(hash).digest("hex").slice(0, 16);

function bytesOf(hashes: readonly string[]): readonly Buffer[] {
  return hashes.map((hash) => {
    if (!/^[0-9a-f]{64}$/i.test(hash)) throw new RangeError("write a key as its SHA-256 in hex");
    return Buffer.from(hash, "hex");
  });
}

function sentIn({ headers }: IncomingMessage): string | null {
  const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(headers.authorization ?? "")?.[1];
  const other = headers["x-api-key"];
  return bearer ?? (typeof other === "string" && other !== "" ? other.slice(0, 512) : null);
}

function nameIn(host: string): string {
  const name = /^(\[[0-9a-f:.]+\]|[^:]*)(?::\d{1,5})?$/i.exec(host)?.[1] ?? "";
  return bare(name.toLowerCase());
}
/** Removes the brackets of an IPv6 address and the trailing dot of a name. */
const bare = (name: string): string => name.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
