/** Cleans Unicode text. Zero-width joiners are preserved, because emoji and several scripts need them. */
import type { CleanerImplementation } from "../data/contract.js";
import { asciiDigits } from "../text/digits.js";
import { mapTexts } from "../data/text-roles.js";
import { fixMojibake } from "../text/mojibake.js";

/** Controls, lone surrogates, byte order marks, bidirectional overrides, soft hyphens and other invisible marks. */
const dropped = /[\p{Cc}\p{Cs}\ufeff\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufff9-\ufffb]/gu;
const white = /[\s\u0085]+/gu;

export const unicode: CleanerImplementation = {
  start: (call) => {
    const form = call.arguments["form"] === "nfkc" ? "NFKC" : "NFC";
    const mends = call.arguments["mojibake"] !== false;
    // Must run before white space is normalized: mis-decoded bytes of `à` are `Ã` and a no-break space.
    const folds = [
      ...(call.arguments["vowel_marks"] === "drop" ? [withoutVowelMarks] : []),
      ...(call.arguments["digits"] === "ascii" ? [asciiDigits] : []),
    ];
    const change = (text: string): string => {
      const once = folds.reduce((seen, fold) => fold(seen), clean(mends ? fixMojibake(text) : text, form));
      // An invisible character may have split a mis-decoded sequence, so the repair runs again after its removal.
      return mends && fixMojibake(once) !== once ? change(once) : once;
    };
    return (row) => ({ values: mapTexts(row.values, change, () => true, { written: true }) });
  },
};

/**
 * Optional vowel marks of Arabic, Syriac and Hebrew, written mainly in sacred texts and for children; also the Arabic
 * elongation mark (tatweel).
 */
const vowelMarks =
  /\u0640|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0730-\u074a]/gu;

function withoutVowelMarks(text: string): string {
  // An elongation mark may have been a token by itself, so its removal can leave extra spaces.
  return text.replace(vowelMarks, "").replace(/\s+/gu, " ").trim();
}

function clean(text: string, form: "NFC" | "NFKC"): string {
  const seen = text.replace(white, " ").replace(dropped, "").normalize(form);
  // Compatibility normalization can produce spaces.
  return seen.replace(/\s+/gu, " ").trim();
}
