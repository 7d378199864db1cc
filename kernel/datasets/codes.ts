/** What can go wrong with files that are named by their address. */
import { registerCodes } from "#dsl/diagnostics/codes.js";
import type {} from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "unsafe-address": { readonly url: string };
    "checksum-form": { readonly sha256: string };
  }
}
registerCodes({
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
