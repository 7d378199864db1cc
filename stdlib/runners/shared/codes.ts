/** Error codes of SuperLink addresses. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface RunnersCodeData {
  "flower-url": { readonly url: string };
  "flower-plain": { readonly url: string };
}
const federated = (address: string): string =>
  `data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nfederate m on d, e as f { runner: flower("${address}") }`;

export const runnersCodes: CodeTable<RunnersCodeData> = {
  "flower-url": {
    severity: "error",
    message: (d) => `"${d.url}" is no address of a SuperLink`,
    help: () => "write one address without user, password and path: `https://superlink.example:8000`",
    explain: "Flower's SuperLink has one address over HTTP or HTTPS for all that is said to it.",
    example: federated("superlink:8000/fleet"),
  },
  "flower-plain": {
    severity: "error",
    message: (d) => `${d.url} is plain HTTP to another machine`,
    help: () =>
      "start the SuperLink with a certificate and write `https://…`; where the network is closed by other means, say `plain: true`; `--plain` where you join",
    explain:
      "Updates tell about rows, so that they leave a machine encrypted. Plain HTTP is for a SuperLink on this machine, and where it is allowed by name: in a network that is closed by other means.",
    example: federated("http://superlink:8000"),
  },
};
