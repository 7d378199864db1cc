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
    message: (d) => `the environment variable ${d.env} is not set`,
    help: (d) => `set it before the notebook's kernel starts (\`export ${d.env}=…\`), and restart the kernel`,
    explain:
      "A program names a token, and its value is read from the environment, so that it never appears in a notebook, a run or an output.",
  },
  "secret-malformed": {
    severity: "error",
    message: (d) =>
      `the environment variable ${d.env} contains spaces, line ends or non-ASCII characters, which no token has`,
    help: (d) => `set ${d.env} to exactly the token that you were given, and restart the kernel`,
    explain:
      "A token is one word. If it was copied twice or with a line end, the service would reject it with a message that shows it.",
  },
};
