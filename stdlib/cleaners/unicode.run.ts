/** Zero-width joiners stay, since emoji and several scripts are spelt with them. */
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
    // Before white space is made one: the bytes of `à` are read as `Ã` and a space that doesn't break.
    const folds = [
      ...(call.arguments["vowel_marks"] === "drop" ? [withoutVowelMarks] : []),
      ...(call.arguments["digits"] === "ascii" ? [asciiDigits] : []),
    ];
    const change = (text: string): string => {
      const once = folds.reduce((seen, fold) => fold(seen), clean(mends ? fixMojibake(text) : text, form));
      // What no one saw may have stood within a sequence.
      return mends && fixMojibake(once) !== once ? change(once) : once;
    };
    return (row) => ({ values: mapTexts(row.values, change, () => true, { written: true }) });
  },
};

/** Of Arabic, Syriac and Hebrew, whose readers write them where a text is sacred or for children; and Arabic's stretched lines. */
const vowelMarks =
  /\u0640|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0730-\u074a]/gu;

function withoutVowelMarks(text: string): string {
  // A stretched line may have stood by itself.
  return text.replace(vowelMarks, "").replace(/\s+/gu, " ").trim();
}

function clean(text: string, form: "NFC" | "NFKC"): string {
  const seen = text.replace(white, " ").replace(dropped, "").normalize(form);
  // Compatibility forms hold spaces too.
  return seen.replace(/\s+/gu, " ").trim();
}
