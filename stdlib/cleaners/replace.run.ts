import type { CleanerImplementation } from "../data/contract.js";
import { changeTexts, spokenToo } from "../data/text-roles.js";
import { linearPattern } from "../text/patterns/linear.js";

/** Coded error `wrong-pattern`. */
export const replace: CleanerImplementation = {
  start: (call) => {
    const pattern = linearPattern(String(call.arguments["pattern"]));
    const replacement = String(call.arguments["replacement"] ?? "");
    return (row) => ({ values: changeTexts(row.values, (text) => pattern.replaced(text, replacement), spokenToo) });
  },
};
