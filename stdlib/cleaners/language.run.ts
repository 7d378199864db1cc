import type { CleanerImplementation } from "../data/contract.js";
import { readOf } from "./shared/row-text.js";
import { languageOf } from "../text/languages/detect.js";
import { languageName } from "../text/languages/names.js";

export const language: CleanerImplementation = {
  start: (call) => {
    const given = call.arguments["of"];
    const kept = new Set((Array.isArray(given) ? given : [given]).map(String));
    return ({ values }) => {
      const found = languageOf(readOf(values));
      if (found === undefined) return { values, noted: "too short to tell their language" };
      return kept.has(found) ? { values } : { dropped: `in ${languageName(found)}` };
    };
  },
};
