/** Error codes of the replacement of personal data. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface StdlibPersonalCodeData {
  "key-missing": Readonly<Record<string, never>>;
  "key-unused": { readonly replacement: string };
}

export const stdlibPersonalCodes: CodeTable<StdlibPersonalCodeData> = {
  "key-missing": {
    severity: "error",
    message: () => "`hash` needs a key",
    help: () => "write `key: secret(env: REDACTION_KEY)`, and set that variable where the kernel starts",
    explain:
      "A hash without a key hides little: whoever has the data can hash all telephone numbers or names and compare. With a key that stays outside the program only who has it can.",
  },
  "key-unused": {
    severity: "warning",
    message: (d) => `a key is given, and \`replacement: ${d.replacement}\` uses none`,
    help: () => "leave `key` out, or write `replacement: hash`",
    explain: "Only hashes are keyed. A key beside another replacement is most often meant for `replacement: hash`.",
  },
};
