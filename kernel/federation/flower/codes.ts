/** Codes of federations over Flower. */
import { registerCodes, visible } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "flower-url": { readonly url: string };
    "flower-plain": { readonly url: string };
    "flower-unreachable": { readonly url: string; readonly why: string };
    "flower-version": { readonly url: string; readonly found: string; readonly wanted: string };
    "flower-refused": { readonly url: string; readonly what: string; readonly status: number; readonly why: string };
    "flower-waited": { readonly joined: number; readonly of: number; readonly seconds: number };
    "flower-client": { readonly client: string; readonly why: string };
    "flower-said": { readonly why: string };
  }
}
registerCodes({
  "flower-url": {
    severity: "error",
    message: (d) => `"${d.url}" is no address of a SuperLink`,
    help: () => "write one address without user, password and path: `https://superlink.example:8000`",
    explain: "Flower's SuperLink has one address over HTTP or HTTPS for all that is said to it.",
  },
  "flower-plain": {
    severity: "error",
    message: (d) => `${d.url} is plain HTTP to another machine`,
    help: () => "start the SuperLink with a certificate and write `https://…`",
    explain:
      "Updates tell about rows, so that they leave a machine encrypted. Plain HTTP is for a SuperLink on this machine, and where it is allowed by name: in a network that is closed by other means.",
  },
  "flower-unreachable": {
    severity: "error",
    message: (d) => `the SuperLink at ${d.url} can't be reached: ${visible(d.why)}`,
    help: () => "see that it runs: `flower-superlink --insecure` on this machine, with `--ssl-certfile` on others",
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
    message: (d) => `the SuperLink at ${d.url} refused ${d.what} (${String(d.status)}): ${visible(d.why)}`,
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
});
