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
    message: (d) => `the SuperLink at ${d.url} can't be reached: ${escapeControlCharacters(d.why)}`,
    help: (d) =>
      /certificate/i.test(d.why)
        ? "give the certificate of who signed for it: `--root-certificates FILE`, or `NODE_EXTRA_CA_CERTS=FILE` before the process starts"
        : "see that it runs: `flower-superlink --insecure` on this machine, with `--ssl-certfile` on others",
    explain:
      "A federation over Flower needs its SuperLink, which carries the messages between who leads it and the clients.",
  },
  "flower-version": {
    severity: "error",
    message: (d) => `the SuperLink at ${d.url} is of Flower ${d.found}; ${d.wanted} is needed`,
    help: (d) => `install it: \`pip install 'flwr==${d.wanted}.*'\``,
    explain:
      "What is said to a SuperLink changes from one version of Flower to the next, so that one version is asked for.",
  },
  "flower-refused": {
    severity: "error",
    message: (d) =>
      `the SuperLink at ${d.url} refused ${d.what} (${String(d.status)}): ${escapeControlCharacters(d.why)}`,
    help: () => "see its log",
    explain: "The SuperLink answered, and not with what was asked for.",
  },
  "flower-waited": {
    severity: "error",
    message: (d) => `${String(d.joined)} of ${String(d.of)} clients joined in ${String(d.seconds)} s`,
    help: () => "start the others, or ask for fewer",
    explain: "A federation waits for as many clients as it was told of; nothing was trained.",
  },
  "flower-client": {
    severity: "error",
    message: (d) => `client ${d.client} gave no answer: ${d.why}`,
    help: () => "see what it says where it runs; the round goes on with the others",
    explain: "What goes wrong at a client is told by its code alone: its words could have text of rows in them.",
  },
  "flower-said": {
    severity: "error",
    message: (d) => `what came over Flower can't be read: ${d.why}`,
    help: () => "check that all sides have the same version of Tunebook",
    explain: "Orders and answers are checked before they are used.",
  },
  "flower-certificates": {
    severity: "error",
    message: (d) => `${d.file} has no certificate`,
    help: () => "give a file in PEM: it begins with `-----BEGIN CERTIFICATE-----`",
    explain: "A SuperLink that no public authority signed for is known by the certificate of who did.",
  },
  "clients-one-key": {
    severity: "error",
    message: (d) =>
      d.client === d.first
        ? `two clients are called ${d.client} and have one key`
        : `clients ${d.first} and ${d.client} have one key`,
    help: () => "give each a name of its own, `--name`, or a runs folder of its own, and join again",
    explain:
      "In a secret sum each client is known by the key of its node, which it keeps in its runs folder under its name. Two with one key would be one there; whoever came second is left out.",
  },
  "flower-ended": {
    severity: "error",
    message: (d) => `what carries this federation at the SuperLink has ended: ${d.why}`,
    help: () => "see the SuperLink's log; `resume: true` goes on from the last whole round once it runs again",
    explain:
      "Our app beside the SuperLink carries the messages of a federation. It ends with the SuperLink, where it is stopped by name, or where something goes wrong in it; no client can be reached then.",
  },
  "join-refused": {
    severity: "error",
    message: (d) =>
      `client ${d.client} refuses what it was asked for (${d.refusal})${d.path === null ? "" : `: ${d.path} is not as its own program says`}`,
    help: (d) =>
      d.path === null
        ? "its terminal says more; write what both agree on, and start again"
        : `write the same for \`${d.path}\` in both programs; the client's terminal shows both values`,
    explain:
      "A client elsewhere runs its own program and nothing else. What it is told of a federation is held against that program: whatever differs is refused, and what is named here is the place alone, for the client's own values are its own.",
  },
};
