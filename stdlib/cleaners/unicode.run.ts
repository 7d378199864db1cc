/**
 * NFC and not NFKC: compatibility forms (`½`, `ﬁ`, `²`) can carry meaning, and a tokenizer that wants them folded does so itself.
 * Zero-width joiners stay, since emoji and several scripts are spelt with them.
 */
import type { CleanerImplementation } from "../kinds/data.js";
import { changeTexts } from "../lib/cleaners/text-roles.js";

/** Controls, lone surrogates, byte order marks, bidirectional overrides, soft hyphens and other invisible marks. */
const dropped = /[\p{Cc}\p{Cs}\ufeff\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufff9-\ufffb]/gu;
const white = /[\s\u0085]+/gu;

export const unicode: CleanerImplementation = {
  start: () => (row) => ({ values: changeTexts(row.values, clean, () => true) }),
};

function clean(text: string): string {
  return text.replace(white, " ").replace(dropped, "").normalize("NFC").replace(/ {2,}/g, " ").trim();
}
