/** The code of what is nobody's mistake but ours. By itself, for the page: it runs nothing, so it has no use for the words of runs. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    internal: { readonly what: string };
  }
}

registerCodes({
  internal: {
    severity: "error",
    message: (d) => `Tunebook failed: ${d.what}`,
    help: () => "this is a defect of Tunebook: please report it with the program that shows it",
    explain: "An error without a code of its own. It is never your program's fault.",
  },
});
