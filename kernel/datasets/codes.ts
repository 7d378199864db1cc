/** What can go wrong with files that are named by their address. */
import { registerCodes } from "#dsl/diagnostics/codes.js";
import type {} from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "unsafe-address": { readonly url: string };
    /** `seconds`: after which an editor gave up. */
    "slow-source": { readonly seconds: number };
    "checksum-form": { readonly sha256: string };
  }
}
registerCodes({
  "slow-source": {
    severity: "note",
    message: (d) => `the first rows did not come within ${d.seconds} s, so the editor does not know the columns`,
    help: () => "`tunebook check` waits for them; a query is quicker with fewer rows before its `order by`",
    explain:
      "While you type, columns and labels are looked up in the first rows of each source. A source that takes long, such as a query that never ends, is given up so that it does not keep the machine busy.",
  },
  "unsafe-address": {
    severity: "error",
    message: (d) => `${d.url} is no https address, and no checksum says what it gives`,
    help: () => "write `https://`, or the file's `sha256`",
    explain:
      "What comes over plain http can be changed by whoever stands in between. With a checksum that doesn't matter: other bytes are refused.",
  },
  "checksum-form": {
    severity: "error",
    message: (d) => `"${d.sha256}" is no SHA-256`,
    help: () => "a SHA-256 has 64 digits of 0–9 and a–f, as `sha256sum FILE` prints it",
    explain: "The checksum of a file that is fetched is written in hexadecimal.",
  },
});
