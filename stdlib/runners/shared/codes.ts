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
    message: (d) => `"${d.url}" is not a valid address of a SuperLink`,
    help: () => "write one address without user, password and path: `https://superlink.example:8000`",
    explain: "Flower's SuperLink has one HTTP or HTTPS address for all requests.",
    example: federated("superlink:8000/fleet"),
  },
  "flower-plain": {
    severity: "error",
    message: (d) => `${d.url} sends unencrypted HTTP to another machine`,
    help: () =>
      "start the SuperLink with a certificate and write `https://…`; in a network that is protected otherwise, write `plain: true` here and join with `tunebook join flower --plain`",
    explain:
      "Updates reveal something about rows, so they must be encrypted when they leave a machine. Unencrypted HTTP is allowed for a SuperLink on this machine, or with `plain: true` in an otherwise protected network.",
    example: federated("http://superlink:8000"),
  },
};
