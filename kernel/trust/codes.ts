/** Errors of the list of trusted folders. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** Arguments of each code. */
export interface TrustCodeData {
  "trust-unreadable": { readonly file: string; readonly why: string };
  "no-such-folder": { readonly folder: string };
}

export const trustCodes: CodeTable<TrustCodeData> = {
  "trust-unreadable": {
    severity: "error",
    message: (d) => `the list of trusted folders cannot be read (${d.file}): ${d.why}`,
    help: (d) => `repair or remove ${d.file}, then trust your folders again with \`tunebook trust DIR\``,
    explain:
      "The folders that you trust are listed in `trust.json` in your configuration. While the list cannot be read, no folder is trusted and the list is not overwritten.",
  },
  "no-such-folder": {
    severity: "error",
    message: (d) => `there is no folder ${d.folder}`,
    help: () => "write the path of an existing folder",
    explain: "Only a folder that exists can be trusted: its path is stored with symbolic links resolved.",
  },
};
