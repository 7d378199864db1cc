/** Code of a training that can't keep its rows private, told before its first step. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "privacy-refused": { readonly why: string; readonly instead: string };
  }
}

registerCodes({
  "privacy-refused": {
    severity: "error",
    message: (d) => `what each row says can't be told by itself: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "Private training cuts what every row says to a length of its own before rows are summed and noise is added. That needs a loss of each row that no other row has a part in, and updates that learn from nothing but such sums.",
  },
});
