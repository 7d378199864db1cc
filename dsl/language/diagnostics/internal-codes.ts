/** The code of internal errors. It is in its own file, so that whoever throws it needs no other codes. */
import type { CodeTable } from "./codes.js";

export interface InternalCodeData {
  internal: { readonly what: string };
}

export const internalCodes: CodeTable<InternalCodeData> = {
  internal: {
    severity: "error",
    message: (d) => `Tunebook failed: ${d.what}`,
    help: () => "this is a bug in Tunebook: please report it with the program that shows it",
    explain: "An error without its own code. It is never your program's fault.",
  },
};
