/** What can go wrong with what a program names and never holds. */
import { registerCodes } from "#dsl/diagnostics/codes.js";
import type {} from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "secret-missing": { readonly env: string };
  }
}

registerCodes({
  "secret-missing": {
    severity: "error",
    message: (d) => `the environment has no ${d.env}`,
    help: (d) => `set it where the notebook's kernel starts (\`export ${d.env}=…\`), and start the kernel again`,
    explain:
      "A token is named in a program and read from the environment, so that it never stands in a notebook, a run or an output.",
  },
});
