/** Zero-width joiners stay, since emoji and several scripts are spelt with them. */
import type { CleanerImplementation } from "../kinds/data.js";
import { changeTexts } from "../lib/cleaners/text-roles.js";
import { mended } from "../lib/mojibake/mend.js";

/** Controls, lone surrogates, byte order marks, bidirectional overrides, soft hyphens and other invisible marks. */
const dropped = /[\p{Cc}\p{Cs}\ufeff\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufff9-\ufffb]/gu;
const white = /[\s\u0085]+/gu;

export const unicode: CleanerImplementation = {
  start: (call) => {
    const form = call.arguments["form"] === "nfkc" ? "NFKC" : "NFC";
    const mends = call.arguments["mojibake"] !== false;
    // Before white space is made one: the bytes of `à` are read as `Ã` and a space that doesn't break.
    const change = (text: string): string => {
      const once = clean(mends ? mended(text) : text, form);
      // What no one saw may have stood within a sequence.
      return mends && mended(once) !== once ? change(once) : once;
    };
    return (row) => ({ values: changeTexts(row.values, change, () => true, { written: true }) });
  },
};

function clean(text: string, form: "NFC" | "NFKC"): string {
  const seen = text.replace(white, " ").replace(dropped, "").normalize(form);
  // Compatibility forms hold spaces too.
  return seen.replace(/\s+/gu, " ").trim();
}
