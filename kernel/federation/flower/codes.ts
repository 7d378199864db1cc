/** Codes of federations over Flower. */
import { registerCodes, visible } from "#dsl/diagnostics/codes.js";
import "#stdlib/lib/runners/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "flower-unreachable": { readonly url: string; readonly why: string };
    "flower-version": { readonly url: string; readonly found: string; readonly wanted: string };
    "flower-refused": { readonly url: string; readonly what: string; readonly status: number; readonly why: string };
    "flower-waited": { readonly joined: number; readonly of: number; readonly seconds: number };
    "flower-client": { readonly client: string; readonly why: string };
    "flower-said": { readonly why: string };
  }
}
registerCodes({
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
