/** Error codes of secrets, which a program names by environment variable and never contains. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface SecretsCodeData {
  "secret-missing": { readonly env: string };
  "secret-malformed": { readonly env: string };
}

export const secretsCodes: CodeTable<SecretsCodeData> = {
  "secret-missing": {
    severity: "error",
    message: (d) => `the environment has no ${d.env}`,
    help: (d) => `set it where the notebook's kernel starts (\`export ${d.env}=…\`), and start the kernel again`,
    explain:
      "A token is named in a program and read from the environment, so that it never stands in a notebook, a run or an output.",
  },
  "secret-malformed": {
    severity: "error",
    message: (d) => `${d.env} of the environment holds what no token has: spaces, line ends or signs beyond ASCII`,
    help: (d) => `set ${d.env} to the token alone, as whoever gave it shows it, and start the kernel again`,
    explain:
      "A token is one word. One that was copied with a line end inside, or twice, would be refused with a message that shows it.",
  },
};
