import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { mapRowTexts, isTextOrMessagesRole } from "../data/text-roles.js";

export const word = defineWord({
  kind: "cleaner",
  name: "lowercase",
  doc: "Converts texts to lower case, including conversations and words of `tokens`; labels do not change. Letters follow Unicode's rules for no particular language: `I` becomes `i`, which is wrong in Turkish (`locale: tr`).",
  example: "clean: [unicode, lowercase]",
  elsewhere: {
    lower: "lowercase",
    to_lower: "lowercase",
    to_lowercase: "lowercase",
    do_lower_case: "lowercase",
    casefold: "lowercase",
    uncased: "lowercase",
  },
  capabilities: { changesTexts: true },
  parameters: [
    {
      name: "locale",
      type: { is: "choice", of: ["tr", "az", "lt"], elsewhere: { turkish: "tr", azerbaijani: "az", lithuanian: "lt" } },
      doc: "The language whose lower-case letters differ from Unicode's usual ones; none by default.",
      means: { tr: "Turkish: `I` ı, `İ` i", az: "Azerbaijani: `I` ı, `İ` i", lt: "Lithuanian: `Ì` keeps its dot" },
      why: "`ISPARTA` is `ısparta`: with another `i` it is a word that a tokenizer doesn't know.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(lowercase),
});

export const lowercase: CleanerImplementation = {
  start: ({ arguments: { locale } }) => {
    const small =
      typeof locale === "string"
        ? (text: string) => text.toLocaleLowerCase(locale)
        : (text: string) => text.toLowerCase();
    return (row) => ({
      values: mapRowTexts(row.values, small, (role) => isTextOrMessagesRole(role) || role === "tokens"),
    });
  },
};
