/** SHA-256 of texts and bytes that come one after the other, by the platform's fastest code. */
import { createHash } from "node:crypto";

export interface Digest {
  update(piece: string | Uint8Array): Digest;
  /** Hexadecimal. */
  end(): string;
}

export function sha256(): Digest {
  const hash = createHash("sha256");
  const digest: Digest = {
    update(piece) {
      hash.update(piece);
      return digest;
    },
    end: () => hash.digest("hex"),
  };
  return digest;
}
