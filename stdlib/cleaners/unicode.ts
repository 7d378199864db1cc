import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { asciiDigits } from "../text/digits.js";
import { mapRowTexts } from "../data/text-roles.js";
import { fixMojibake } from "../text/mojibake.js";

export const word = defineWord({
  kind: "cleaner",
  name: "unicode",
  doc: "Repairs UTF-8 texts that were read as windows-1252 or latin-1 (`cafÃ©`), if that is certain; composes characters (NFC), drops control and invisible formatting characters, replaces white space by single spaces and trims. Emoji sequences, ligatures and letters do not change. Labels and groups are cleaned in the same way, so that ` spam` and `spam` are one label.",
  example: "clean: [unicode, drop_empty]",
  elsewhere: {
    normalize: "unicode",
    nfc: "unicode",
    nfkc: "unicode",
    strip: "unicode",
    trim: "unicode",
    ftfy: "unicode",
    fix_text: "unicode",
    fix_encoding: "mojibake",
    dediac: "vowel_marks",
    remove_diacritics: "vowel_marks",
    tatweel: "vowel_marks",
    strip_tashkeel: "vowel_marks",
    arabic_digits: "digits",
    normalize_digits: "digits",
    normalization: "form",
  },
  capabilities: { changesTexts: true },
  parameters: [
    {
      name: "form",
      type: { is: "choice", of: ["nfc", "nfkc"], elsewhere: { NFC: "nfc", NFKC: "nfkc" } },
      doc: "How characters are composed.",
      means: { nfc: "letters and their marks become one character", nfkc: "also `ﬁ` becomes fi, `½` 1⁄2, `Ａ` A" },
      default: { value: "nfc" },
      why: "Compatibility forms change meaning (`½`, `²`); a tokenizer that wants them folded does so itself.",
      impact: "low",
    },
    {
      name: "mojibake",
      type: { is: "boolean" },
      doc: "Whether to repair texts that were read in the wrong encoding, once or several times.",
      default: { value: true },
      why: "`Ã©` and `â€™` are words of no language; only sequences that no clean text holds are changed.",
      impact: "low",
    },
    {
      name: "vowel_marks",
      type: { is: "choice", of: ["drop"] },
      doc: "How to treat vowel marks in Arabic, Syriac and Hebrew, and Arabic's stretched lines (tatweel). Not changed by default.",
      means: { drop: "`مُحَمَّـد` becomes محمد; hamza and madda stay" },
      why: "Most texts are written without them, so a tokenizer takes a word with them for a different word.",
      impact: "low",
    },
    {
      name: "digits",
      type: { is: "choice", of: ["ascii"] },
      doc: "How to treat digits of other scripts. Not changed by default.",
      means: { ascii: "`٤٢` and `४२` become 42" },
      why: "A model trained on numbers in one script's digits does not know them in another's.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(unicode),
});

// Cleans Unicode text. Zero-width joiners are preserved, because emoji and several scripts need them.

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
    return (row) => ({ values: mapRowTexts(row.values, change, () => true, { written: true }) });
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
