/** Error codes of a server's lifetime, from start to stop. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface ServingControlCodeData {
  "desk-failed": { readonly why: string };
  "desk-died": { readonly name: string; readonly how: string; readonly log: readonly string[] };
  "desk-over": { readonly name: string };
  "desk-serves": { readonly name: string; readonly desk: string; readonly has: readonly string[] };
  "deployment-changed": { readonly folder: string; readonly changed: readonly string[] };
  /** `where`: whether a command line or a notebook named the variable. */
  "keys-env": { readonly env: string; readonly why: string; readonly where: "shell" | "notebook" };
  "keys-file": { readonly file: string; readonly why: string; readonly line?: number };
  "log-file": { readonly file: string; readonly why: string };
  "tls-file": { readonly file: string; readonly why: string };
}
export const servingControlCodes: CodeTable<ServingControlCodeData> = {
  "desk-failed": {
    severity: "error",
    message: (d) => `the server failed: ${escapeControlCharacters(d.why)}`,
    help: () => "read its log and please report this: it is a bug in Tunebook",
    explain: "An error without a code ended a request to the server.",
  },
  "desk-died": {
    severity: "error",
    message: (d) => `the server of ${d.name} ended unexpectedly: ${d.how}`,
    notes: (d) => d.log.map((line) => escapeControlCharacters(line)),
    help: (d) => `run its cell again to start it${d.how.includes("SIGKILL") ? "; memory may have run out" : ""}`,
    explain:
      "A server runs in its own process next to the notebook. That process was ended by the machine (out of memory), by a person, or by an error. Open requests got no answer.",
  },
  "desk-over": {
    severity: "error",
    message: (d) => `${d.name} is no longer serving`,
    help: () => "run its cell again to serve",
    explain: "A server that has ended answers no requests and cannot replace its model.",
  },
  "desk-serves": {
    severity: "error",
    message: (d) => `${d.desk} does not serve ${escapeControlCharacters(d.name)}, only ${listNames(d.has)}`,
    help: (d) => `write which model it replaces: \`await ${d.desk}.replace(model, ${JSON.stringify(d.has[0] ?? "")})\``,
    explain:
      "A new version replaces a served model under the same name. To serve further models, write them after `deploy` and run the cell again.",
  },
  "deployment-changed": {
    severity: "warning",
    message: (d) =>
      `${escapeControlCharacters(d.folder)} was changed after its proof, and the changed version is served`,
    notes: (d) => d.changed.map((one) => escapeControlCharacters(one)),
    help: () => "deploy it again, or `verify` it: its answers may differ from the notebook's",
    explain:
      "`deploy` proves that its files answer as the notebook does, and stores the checksum of each file in proof.json. A file that changed later, for example a config.json with other label names, is not covered by the proof.",
  },
  "keys-env": {
    severity: "error",
    message: (d) => `the environment variable ${escapeControlCharacters(d.env)} ${d.why}`,
    help: (d) =>
      d.where === "shell"
        ? `set it in the shell that starts the server: \`export ${escapeControlCharacters(d.env)}=$(openssl rand -hex 24)\``
        : `set it before the notebook's kernel starts (\`export ${escapeControlCharacters(d.env)}=…\`), and restart the kernel`,
    explain:
      "An environment variable holds the keys of a server, separated by commas or spaces, so that they are in no notebook and on no command line. A key has at most 512 ASCII characters without spaces, as a header requires.",
  },
  "keys-file": {
    severity: "error",
    message: (d) =>
      `cannot read keys from ${escapeControlCharacters(d.file)}${d.line === undefined ? "" : ` (line ${String(d.line)})`}: ${d.why}`,
    help: (d) =>
      d.why.startsWith("others")
        ? `let only its owner write it: \`chmod 600 ${escapeControlCharacters(d.file)}\``
        : `run \`tunebook serve --new-key ${escapeControlCharacters(d.file)}\` to make a key and add its hash; \`tunebook serve --hash-key\` hashes keys that you have`,
    explain:
      "A key file has one SHA-256 per line (`sha256:…`, followed by an optional `#` comment), so that reading it does not give access. Only its owner may be able to write it.",
  },
  "log-file": {
    severity: "error",
    message: (d) => `cannot write the log to ${escapeControlCharacters(d.file)}: ${escapeControlCharacters(d.why)}`,
    help: () => "choose a file in an existing folder where the server's user can write",
    explain:
      "`--log FILE` appends the log to a file instead of standard error. It is opened before the server starts, and again on SIGHUP, so that logs can be rotated.",
  },
  "tls-file": {
    severity: "error",
    message: (d) => `cannot use ${escapeControlCharacters(d.file)} for TLS: ${escapeControlCharacters(d.why)}`,
    help: () => "use the certificate (with its intermediate certificates) and its key, both as PEM",
    explain: "An HTTPS server needs a certificate and the key that belongs to it.",
  },
};
