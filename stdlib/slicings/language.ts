import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "slicing",
  name: "language",
  doc: "Groups the rows by their detected language. If rows are in several languages, `evaluate` does so by default.",
  example: "by: [language()]",
  elsewhere: { lang: "language", languages: "language", langid: "language" },
  parameters: [],
  load: async () => (await import("./language.run.js")).language,
});
