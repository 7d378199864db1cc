/** Error codes of federations over Flower. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface FlowerCodeData {
  "flower-unreachable": { readonly url: string; readonly why: string };
  "flower-version": { readonly url: string; readonly found: string; readonly wanted: string };
  "flower-refused": { readonly url: string; readonly what: string; readonly status: number; readonly why: string };
  "flower-waited": { readonly joined: number; readonly of: number; readonly seconds: number };
  "flower-client": { readonly client: string; readonly why: string };
  "flower-said": { readonly why: string };
  "flower-certificates": { readonly file: string };
  "clients-one-key": { readonly client: string; readonly first: string };
  "flower-ended": { readonly why: string };
  "join-refused": { readonly client: string; readonly refusal: string; readonly path: string | null };
}
export const flowerCodes: CodeTable<FlowerCodeData> = {
  "flower-unreachable": {
    severity: "error",
    message: (d) => `cannot reach the SuperLink at ${d.url}: ${escapeControlCharacters(d.why)}`,
    help: (d) =>
      /certificate/i.test(d.why)
        ? "set the certificate of its authority: `--root-certificates FILE`, or `NODE_EXTRA_CA_CERTS=FILE` before the process starts"
        : "check that it is running: `flower-superlink --insecure` on this machine, with `--ssl-certfile` on others",
    explain: "A federation over Flower needs its SuperLink, which passes messages between the server and the clients.",
  },
  "flower-version": {
    severity: "error",
    message: (d) => `the SuperLink at ${d.url} is Flower ${d.found}, but ${d.wanted} is needed`,
    help: (d) => `install it: \`pip install 'flwr==${d.wanted}.*'\``,
    explain: "The protocol of a SuperLink changes between versions of Flower, so only one version is supported.",
  },
  "flower-refused": {
    severity: "error",
    message: (d) =>
      `the SuperLink at ${d.url} rejected ${d.what} (${String(d.status)}): ${escapeControlCharacters(d.why)}`,
    help: () => "read its log",
    explain: "The SuperLink answered with an error.",
  },
  "flower-waited": {
    severity: "error",
    message: (d) => `only ${String(d.joined)} of ${String(d.of)} clients joined in ${String(d.seconds)} s`,
    help: () => "start the others, or use fewer clients",
    explain: "A federation waits for the configured number of clients; nothing was trained.",
  },
  "flower-client": {
    severity: "error",
    message: (d) => `client ${d.client} did not answer: ${d.why}`,
    help: () => "read its error where it runs; the round continues with the others",
    explain: "Only the code of a client's error is reported, because its message could contain text of rows.",
  },
  "flower-said": {
    severity: "error",
    message: (d) => `cannot read a message from Flower: ${d.why}`,
    help: () => "check that all sides have the same version of Tunebook",
    explain: "Orders and answers are checked before they are used.",
  },
  "flower-certificates": {
    severity: "error",
    message: (d) => `${d.file} contains no certificate`,
    help: () => "use a PEM file, which starts with `-----BEGIN CERTIFICATE-----`",
    explain:
      "A SuperLink whose certificate has no public authority is verified with the certificate of its own authority.",
  },
  "clients-one-key": {
    severity: "error",
    message: (d) =>
      d.client === d.first
        ? `two clients have the name ${d.client} and the same key`
        : `clients ${d.first} and ${d.client} have the same key`,
    help: () => "give each a different name with `--name`, or its own runs folder, and join again",
    explain:
      "In a secure sum each client is identified by the key of its node, stored in its runs folder under its name. Two clients with one key would count as one; the second is left out.",
  },
  "flower-ended": {
    severity: "error",
    message: (d) => `the app of this federation at the SuperLink has ended: ${d.why}`,
    help: () => "read the SuperLink's log; `resume: true` continues after the last complete round once it runs again",
    explain:
      "Tunebook's app at the SuperLink passes the messages of a federation. It ends when the SuperLink ends, when somebody stops it, or on an error. Clients cannot be reached then.",
  },
  "join-refused": {
    severity: "error",
    message: (d) =>
      `client ${d.client} rejects the federation (${d.refusal})${d.path === null ? "" : `: ${d.path} differs from its own program`}`,
    help: (d) =>
      d.path === null
        ? "read its terminal; write what both agree on, and start again"
        : `write the same for \`${d.path}\` in both programs; the client's terminal shows both values`,
    explain:
      "A remote client only runs its own program. The terms of a federation are compared with that program, and any difference is rejected. Only the name of the setting is reported, because the client's values are private.",
  },
};
