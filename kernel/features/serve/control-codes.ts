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
    help: () => "its log says more; this is a defect of Tunebook, and worth a report",
    explain: "An error that has no code ended what a server was asked to do.",
  },
  "desk-died": {
    severity: "error",
    message: (d) => `the server of ${d.name} ended by itself: ${d.how}`,
    notes: (d) => d.log.map((line) => escapeControlCharacters(line)),
    help: (d) => `run its cell again to start it anew${d.how.includes("SIGKILL") ? "; memory may have run out" : ""}`,
    explain:
      "A server runs in a process of its own beside the notebook. Something ended that process: the machine, for want of memory, a person, or an error. What was under way there got no answer.",
  },
  "desk-over": {
    severity: "error",
    message: (d) => `${d.name} serves no longer`,
    help: () => "run its cell again to serve",
    explain: "A server that was stopped, or that ended by itself, can't be asked and takes no other model.",
  },
  "desk-serves": {
    severity: "error",
    message: (d) => `${d.desk} serves no ${escapeControlCharacters(d.name)}, but ${listNames(d.has)}`,
    help: (d) =>
      `say which one it stands in for: \`await ${d.desk}.replace(model, ${JSON.stringify(d.has[0] ?? "")})\``,
    explain:
      "A new version takes the place of a model that is served, under that one's name. Further models are served by writing them after `deploy` and running the cell again.",
  },
  "deployment-changed": {
    severity: "warning",
    message: (d) => `${escapeControlCharacters(d.folder)} was changed since it was proved, and is served as it is now`,
    notes: (d) => d.changed.map((one) => escapeControlCharacters(one)),
    help: () => "deploy it again, or `verify` it: it may answer otherwise than the notebook did",
    explain:
      "`deploy` proves that what it wrote answers as the notebook does, and keeps the checksum of each file in proof.json. A file that is another one now, as a config.json with other names of labels, was proved by nobody.",
  },
  "keys-env": {
    severity: "error",
    message: (d) => `${escapeControlCharacters(d.env)} of the environment ${d.why}`,
    help: (d) =>
      d.where === "shell"
        ? `set it in the shell that starts the server: \`export ${escapeControlCharacters(d.env)}=$(openssl rand -hex 24)\``
        : `set it where the notebook's kernel starts (\`export ${escapeControlCharacters(d.env)}=…\`), and start the kernel again`,
    explain:
      "A variable of the environment holds the keys of a server, parted by commas or blanks, so that they stand in no notebook and on no command line. A key is at most 512 letters, digits and signs of ASCII, without blanks: what a header carries.",
  },
  "keys-file": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.file)} can't be taken for keys${d.line === undefined ? "" : ` (line ${String(d.line)})`}: ${d.why}`,
    help: (d) =>
      d.why.startsWith("others")
        ? `let its owner alone write into it: \`chmod 600 ${escapeControlCharacters(d.file)}\``
        : `\`tunebook serve --new-key ${escapeControlCharacters(d.file)}\` makes a key and adds its hash; \`tunebook serve --hash-key\` hashes keys that you have`,
    explain:
      "A file of keys holds a SHA-256 a line (`sha256:…`, what follows `#` is yours), so that whoever reads it can't ask the server. Nobody but its owner may write into it.",
  },
  "log-file": {
    severity: "error",
    message: (d) => `the log can't be written to ${escapeControlCharacters(d.file)}: ${escapeControlCharacters(d.why)}`,
    help: () => "name a file in a folder that is there and that the server's user may write into",
    explain:
      "`--log FILE` adds the log to a file in place of standard error. It is opened before anything is served, and anew on SIGHUP, so that a file may be moved away by whoever rotates logs.",
  },
  "tls-file": {
    severity: "error",
    message: (d) => `${escapeControlCharacters(d.file)} can't be used for TLS: ${escapeControlCharacters(d.why)}`,
    help: () => "give the certificate (with those between it and the authority) and its key, both as PEM",
    explain: "A server that speaks HTTPS needs a certificate and the key that belongs to it.",
  },
};
