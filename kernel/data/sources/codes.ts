/** Errors of files that are named by their address. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface DatasetsCodeData {
  "unsafe-address": { readonly url: string };
  /** `seconds`: time limit of an editor. */
  "slow-source": { readonly seconds: number };
  "address-malformed": { readonly address: string };
  "checksum-form": { readonly sha256: string };
  "unsafe-secret": { readonly url: string };
  "query-left-out": { readonly url: string };
  "secret-without-address": { readonly path: string };
  "user-without-token": { readonly user: string };
}
export const datasetsCodes: CodeTable<DatasetsCodeData> = {
  "slow-source": {
    severity: "note",
    message: (d) => `the first rows did not arrive within ${d.seconds} s, so the editor does not know the columns`,
    help: () => "run `tunebook check`, which waits for them; a query with fewer rows before its `order by` is faster",
    explain:
      "While you type, the editor reads columns and labels from the first rows of each source. It stops reading a slow source, such as a query that never ends, to avoid load on the machine.",
  },
  "unsafe-address": {
    severity: "error",
    message: (d) => `${d.url} is not an https address, and no checksum is given`,
    help: () => "write `https://`, or add the file's `sha256`",
    explain:
      "Anyone on the network path can change data sent over plain http. A checksum prevents this: changed bytes are rejected.",
  },
  "unsafe-secret": {
    severity: "error",
    message: (d) => `the secret for ${d.url} would be sent unencrypted`,
    help: () => "write `https://`",
    explain:
      "Anyone on the network path can read data sent over plain http. `token` and `query` are sent only over https, or to this machine. A checksum protects the file, not the secret. A query in the address itself is sent as written, over plain http too if `sha256` is given. Write a signed query as `query: secret(env: NAME)`.",
  },
  "query-left-out": {
    severity: "error",
    message: (d) => `the query of ${d.url} is not stored with the run, and the file is not in this machine's cache`,
    help: () => "run the program with the full address: its file is then cached and the run can be repeated",
    explain:
      "A query (the part after `?` in an address) may be a signature or a password, so a run's plans, reports and locks store the address without it. A repeated run uses the file in the cache, found by its checksum. On another machine, run the program first to download the file, or write the signed part as `query: secret(env: NAME)`.",
  },
  "secret-without-address": {
    severity: "error",
    message: (d) => `${d.path} is not an address, so no token, user or query can be sent to it`,
    help: () => "write the file's address (`https://…`), or remove `token`, `user` and `query`",
    explain: "`token`, `user` and `query` of a source are sent with the request for a file at an https address.",
  },
  "user-without-token": {
    severity: "error",
    message: (d) => `the user ${d.user} has no password`,
    help: () => "name the environment variable with the password: `token: secret(env: MY_PASSWORD)`",
    explain:
      "`user` and `token` together are HTTP basic authentication, with the token as the password. `token` without `user` is sent as a bearer token.",
  },
  "address-malformed": {
    severity: "error",
    message: (d) => `${d.address} is not a valid address`,
    help: () => "write it as in a browser, such as `https://data.example/rows.csv`, with a port of at most 65535",
    explain: "Text that starts with `http://` or `https://` is read as an address. This one has no valid host or port.",
  },
  "checksum-form": {
    severity: "error",
    message: (d) => `"${d.sha256}" is not a SHA-256 checksum`,
    help: () => "write 64 digits of 0–9 and a–f, as printed by `sha256sum FILE`",
    explain: "The checksum of a downloaded file is written in hexadecimal.",
  },
};
