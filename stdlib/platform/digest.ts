/** SHA-256 of texts and bytes that come one after the other, by the platform's fastest code. */
import { createHash } from "node:crypto";

export interface StreamingDigest {
  update(piece: string | Uint8Array): StreamingDigest;
  /** Hexadecimal. */
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
