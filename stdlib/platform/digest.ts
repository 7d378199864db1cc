/** Incremental SHA-256 of texts and bytes, with the platform's fastest implementation. */
import { createHash } from "node:crypto";

export interface StreamingDigest {
  update(piece: string | Uint8Array): StreamingDigest;
  /** Returns the hash in hexadecimal. */
  end(): string;
}

export function sha256(): StreamingDigest {
  const hash = createHash("sha256");
  const digest: StreamingDigest = {
    update(piece) {
      hash.update(piece);
      return digest;
    },
    end: () => hash.digest("hex"),
  };
  return digest;
}
