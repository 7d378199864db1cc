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
      "A hash without a key hides little: whoever has the data can hash all telephone numbers or names and compare. With a key outside the program, only its owner can do that.",
  },
  "key-unused": {
    severity: "warning",
    message: (d) => `\`key\` has no effect: \`replacement: ${d.replacement}\` does not use it`,
    help: () => "remove `key`, or write `replacement: hash`",
    explain:
      "Only hashes use a key. A key with another replacement usually means that `replacement: hash` was intended.",
  },
};
