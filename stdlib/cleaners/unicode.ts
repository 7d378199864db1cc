import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "unicode",
  doc: "Composes characters (NFC), drops control and invisible formatting characters, makes every run of white space one space and trims. Emoji sequences, ligatures and letters stay as they are. Labels and groups are cleaned alike, so that ` spam` and `spam` are one label.",
  example: "clean: [unicode, drop_empty]",
  since: "0.1.0",
  elsewhere: { normalize: "unicode", nfc: "unicode", nfkc: "unicode", strip: "unicode", trim: "unicode" },
  parameters: [],
  load: async () => (await import("./unicode.run.js")).unicode,
});
