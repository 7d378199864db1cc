/** SHA-256 of texts that come one after the other, by the platform's fastest code. */
import { createHash } from "node:crypto";

export interface Digest {
  update(text: string): Digest;
  /** Hexadecimal. */
  end(): string;
}

export function sha256(): Digest {
  const hash = createHash("sha256");
  const digest: Digest = {
    update(text) {
      hash.update(text);
      return digest;
    },
    end: () => hash.digest("hex"),
  };
  return digest;
}
