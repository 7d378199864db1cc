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
  "unsafe-secret": {
    severity: "error",
    message: (d) => `the secret for ${d.url} would be sent unencrypted`,
    help: () => "write `https://`",
    explain:
      "Whoever is on the way between two machines can read what is sent over plain http. `token` and `query` are sent over https only, or to this machine. A checksum protects the file, not the secret. A query that is part of the address is sent as it is written, over plain http too where `sha256` is given: write a signed query as `query: secret(env: NAME)`.",
  },
  "query-left-out": {
    severity: "error",
    message: (d) => `the query of ${d.url} is not kept with the run, and the file is not in this machine's cache`,
    help: () =>
      "run the program that has the whole address: its file is then in the cache, and the run can be repeated",
    explain:
      "A query (what follows `?` in an address) may be a signature or a password, so plans, reports and locks of a run keep the address without it. The run is repeated from the file in the cache, which is found by its checksum. On another machine fetch the file first by running the program, or give the signed part as `query: secret(env: NAME)`.",
  },
  "secret-without-address": {
    severity: "error",
    message: (d) => `${d.path} is no address that a token, a user or a query could be sent to`,
    help: () => "write the file's address (`https://…`), or leave `token`, `user` and `query` out",
    explain: "`token`, `user` and `query` of a source go with the request for a file at an https address.",
  },
  "user-without-token": {
    severity: "error",
    message: (d) => `the user ${d.user} has no password`,
    help: () => "name the environment variable that holds it: `token: secret(env: MY_PASSWORD)`",
    explain:
      "`user` and `token` together are HTTP's basic login, with the token as the password. `token` alone is sent as a bearer token.",
  },
  "address-malformed": {
    severity: "error",
    message: (d) => `${d.address} is not an address`,
    help: () => "write it as a browser shows it, such as `https://data.example/rows.csv`; a port is at most 65535",
    explain: "What begins with `http://` or `https://` is read as an address, and this one has no valid host or port.",
  },
  "checksum-form": {
    severity: "error",
    message: (d) => `"${d.sha256}" is no SHA-256`,
    help: () => "a SHA-256 has 64 digits of 0–9 and a–f, as `sha256sum FILE` prints it",
    explain: "The checksum of a file that is fetched is written in hexadecimal.",
  },
};
