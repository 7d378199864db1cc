import type { CleanerImplementation } from "../data/contract.js";
import { mapRowTexts, isTextOrMessagesRole } from "../data/text-roles.js";
import { linearTimePattern } from "../text/patterns/linear.js";

/** Coded error `wrong-pattern`. */
export const replace: CleanerImplementation = {
  start: (call) => {
    const pattern = linearTimePattern(String(call.arguments["pattern"]));
    const replacement = String(call.arguments["replacement"] ?? "");
    return (row) => ({
      values: mapRowTexts(row.values, (text) => pattern.replaced(text, replacement), isTextOrMessagesRole),
    });
  },
};
