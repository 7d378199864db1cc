import { defineWord } from "#dsl/language/types/define.js";
import { languageCodes, languageName, languageAliases } from "../text/languages/names.js";

export const word = defineWord({
  kind: "cleaner",
  name: "language",
  doc: "Keeps the rows in some languages. The language is told by all that is read of a row; one whose text is too short to tell stays, and such rows are counted.",
  example: "clean: language(en, de)",
  elsewhere: { lang: "language", languages: "language", langid: "language", detect_language: "language" },
  parameters: [
    {
      name: "of",
      type: { is: "choice", of: languageCodes, elsewhere: languageAliases },
      doc: "The languages to keep, by their codes of two letters (ISO 639-1).",
      means: Object.fromEntries(languageCodes.map((code) => [code, languageName(code)])),
      positional: "rest",
      required: true,
      why: "A model that has seen a language in a few rows of its training answers there by chance, and its scores don't say so.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./language.run.js")).language,
});
