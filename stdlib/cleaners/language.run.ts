import type { CleanerImplementation } from "../data/contract.js";
import { rowText } from "./shared/row-text.js";
import { languageOf } from "../text/languages/detect.js";
import { languageName } from "../text/languages/names.js";

export const language: CleanerImplementation = {
  start: (call) => {
    const given = call.arguments["of"];
    const keptLanguages = new Set((Array.isArray(given) ? given : [given]).map(String));
    return ({ values }) => {
      const found = languageOf(rowText(values));
      if (found === undefined) return { values, noted: "too short to detect their language" };
      return keptLanguages.has(found) ? { values } : { dropped: `in ${languageName(found)}` };
    };
  },
};
