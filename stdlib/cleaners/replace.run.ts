import type { CleanerImplementation } from "../kinds/data.js";
import { changeTexts, spokenToo } from "../lib/cleaners/text-roles.js";
import { linearPattern } from "../lib/patterns/linear.js";

/** Coded error `wrong-pattern`. */
export const replace: CleanerImplementation = {
  start: (call) => {
    const pattern = linearPattern(String(call.arguments["pattern"]));
    const replacement = String(call.arguments["replacement"] ?? "");
    return (row) => ({ values: changeTexts(row.values, (text) => pattern.replaced(text, replacement), spokenToo) });
  },
};
