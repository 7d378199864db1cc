/** The code of what is nobody's mistake but ours. By itself, for whoever throws it needs no other words. */
import type { CodeTable } from "./codes.js";

/** The data of each code. */
export interface InternalCodeData {
  internal: { readonly what: string };
}

export const internalCodes: CodeTable<InternalCodeData> = {
  internal: {
    severity: "error",
    message: (d) => `Tunebook failed: ${d.what}`,
    help: () => "this is a defect of Tunebook: please report it with the program that shows it",
    explain: "An error without a code of its own. It is never your program's fault.",
  },
};
