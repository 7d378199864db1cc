import type { CleanerImplementation } from "../data/contract.js";
import { mapTexts, isTextOrMessages } from "../data/text-roles.js";
import { linearPattern } from "../text/patterns/linear.js";

/** Coded error `wrong-pattern`. */
export const replace: CleanerImplementation = {
  start: (call) => {
    const pattern = linearPattern(String(call.arguments["pattern"]));
    const replacement = String(call.arguments["replacement"] ?? "");
    return (row) => ({ values: mapTexts(row.values, (text) => pattern.replaced(text, replacement), isTextOrMessages) });
  },
};
