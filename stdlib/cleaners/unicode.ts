import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "unicode",
  doc: "Mends texts of UTF-8 that were read as windows-1252 or latin-1 (`cafÃ©`), where they surely were; composes characters (NFC), drops control and invisible formatting characters, makes every run of white space one space and trims. Emoji sequences, ligatures and letters stay as they are. Labels and groups are cleaned alike, so that ` spam` and `spam` are one label.",
  example: "clean: [unicode, drop_empty]",
  since: "0.1.0",
  elsewhere: {
    normalize: "unicode",
    nfc: "unicode",
    nfkc: "unicode",
    strip: "unicode",
    trim: "unicode",
    ftfy: "unicode",
    fix_text: "unicode",
    fix_encoding: "mojibake",
    normalization: "form",
  },
  parameters: [
    {
      name: "form",
      type: { is: "choice", of: ["nfc", "nfkc"], elsewhere: { NFC: "nfc", NFKC: "nfkc" } },
      doc: "How characters are composed.",
      means: { nfc: "letters and their marks become one character", nfkc: "also `ﬁ` becomes fi, `½` 1⁄2, `Ａ` A" },
      default: { value: "nfc" },
      why: "Compatibility forms can carry meaning (`½`, `²`), and a tokenizer that wants them folded does so itself.",
      impact: "low",
    },
    {
      name: "mojibake",
      type: { is: "boolean" },
      doc: "Whether texts that were read in the wrong encoding are mended, once or several times over.",
      default: { value: true },
      why: "`Ã©` and `â€™` are no letters of any language; only sequences are touched that no clean text holds.",
      impact: "low",
    },
  ],
  load: async () => (await import("./unicode.run.js")).unicode,
});
