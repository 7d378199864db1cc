/**
 * Browser replacement for stdlib/platform/digest.ts: SHA-256 in JavaScript, since the platform's own is asynchronous.
 */
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type * as node from "#platform/digest.js";

export const sha256: typeof node.sha256 = () => {
  const sum = hash.create();
  const digest: node.StreamingDigest = {
    update(piece) {
      sum.update(typeof piece === "string" ? utf8ToBytes(piece) : piece);
      return digest;
    },
    end: () => bytesToHex(sum.digest()),
  };
  return digest;
};
