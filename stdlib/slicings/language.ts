import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "slicing",
  name: "language",
  doc: "Parts the rows by the language that each is found to be in. Where rows are in several languages `evaluate` does so unasked.",
  example: "by: [language()]",
  elsewhere: { lang: "language", languages: "language", langid: "language" },
  parameters: [],
  load: async () => (await import("./language.run.js")).language,
});
