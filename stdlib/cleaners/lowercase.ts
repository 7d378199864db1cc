import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "lowercase",
  doc: "Writes the letters of texts small, conversations and words of `tokens` too; labels stay as they are. A letter that has no small form of its own length takes the one that Unicode gives it, whatever the language: Turkish `I` becomes `i`.",
  example: "clean: [unicode, lowercase]",
  since: "0.1.0",
  elsewhere: {
    lower: "lowercase",
    to_lower: "lowercase",
    to_lowercase: "lowercase",
    do_lower_case: "lowercase",
    casefold: "lowercase",
    uncased: "lowercase",
  },
  parameters: [],
  load: async () => (await import("./lowercase.run.js")).lowercase,
});
