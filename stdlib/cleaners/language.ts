import { defineWord } from "#dsl/language/types/define.js";
import { languageCodes, languageName, languageAliases } from "../text/languages/names.js";

export const word = defineWord({
  kind: "cleaner",
  name: "language",
  doc: "Keeps the rows in the given languages. The language is detected from all texts of a row; rows too short to detect stay, and are counted.",
  example: "clean: language(en, de)",
  elsewhere: { lang: "language", languages: "language", langid: "language", detect_language: "language" },
  parameters: [
    {
      name: "of",
      type: { is: "choice", of: languageCodes, elsewhere: languageAliases },
      doc: "The languages to keep, as two-letter codes (ISO 639-1).",
      means: Object.fromEntries(languageCodes.map((code) => [code, languageName(code)])),
      positional: "rest",
      required: true,
      why: "For a language with few training rows, a model's predictions are near chance, and the overall score does not show it.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./language.run.js")).language,
});
