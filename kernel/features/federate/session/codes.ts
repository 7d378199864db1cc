/** Error codes of assigning rows to clients. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface FederationsCodeData {
  "clients-by-nothing": { readonly data: string; readonly clients: string };
  "client-ended": { readonly client: string; readonly how: string; readonly said: string };
  "federate-roles": { readonly data: string; readonly role: string; readonly first: string };
  "peers-open": { readonly federation: string };
  "node-key": { readonly file: string; readonly why: string };
  /** `of`: groups of values that differ only in spelling; each value is a separate client. */
  "clients-alike": { readonly clients: string; readonly of: readonly (readonly string[])[] };
  "clients-left-out": { readonly clients: number; readonly of: number; readonly rows: number };
  "clients-lacking": { readonly clients: number; readonly needs: number; readonly why: string };
}

export const federationsCodes: CodeTable<FederationsCodeData> = {
  "clients-left-out": {
    severity: "warning",
    message: (d) =>
      `${String(d.clients)} of ${String(d.of)} clients have no training rows and are left out; their ${String(d.rows)} validation ${d.rows === 1 ? "row counts" : "rows count"} in the score of all rows`,
    help: () => "split by that column, so that each client has rows of both: `split: random(…, stratify: …)`",
    explain:
      "A column assigns rows to clients, and a random split may put all rows of a small client into validation. That client has nothing to train on and gets no score of its own; its rows count in the score of all rows.",
  },
  "clients-by-nothing": {
    severity: "error",
    paths: ["clients"],
    message: (d) => `\`${d.clients}\` divides rows by their label, but rows of ${d.data} have none`,
    help: () => "name another column, `by: customer`, or use `even(10)` or `quantity(10)`, which need none",
    explain: "Rows are divided by their label unless another column is named.",
  },
  "federate-roles": {
    severity: "error",
    message: (d) => `rows of ${d.data} have no \`${d.role}\`, but those of ${d.first} do`,
    help: (d) => `add a column with the role \`${d.role}\` to ${d.data}`,
    explain: "All clients of a federation train the same model, so their rows need the same roles.",
  },
  "clients-alike": {
    severity: "warning",
    message: (d) =>
      `clients with nearly the same name are treated as different: ${listNames(
        d.of.map((names) => names.map((name) => JSON.stringify(name)).join(" and ")),
        { most: 5 },
      )}`,
    help: (d) => `use one spelling in the column that \`${d.clients}\` divides by`,
    explain:
      "Clients are compared letter by letter. Names that differ only in capitals, spaces or forms of letters usually mean one client, written by two programs. As two clients, each has a part of its rows, and client-level privacy protects each part separately.",
  },
  "client-ended": {
    severity: "error",
    message: (d) => `the process of client ${d.client} ${d.how}${d.said === "" ? "" : `: ${d.said}`}`,
    help: () => "remove `runner` to train in this process, which shows the error in detail",
    explain:
      "Clients whose data a statement names run as processes on this machine, which start and end with the statement. One ended before the first round.",
  },
  "clients-lacking": {
    severity: "error",
    message: (d) => `a round has only ${String(d.clients)} clients, but ${d.why} needs ${String(d.needs)}`,
    help: () => "add clients, or remove it",
    explain:
      "With only two clients under secure aggregation, each can compute the other's update: the sum minus its own. A column may have fewer different values than expected.",
  },
  "peers-open": {
    severity: "error",
    message: (d) => `\`--peers\` limits who takes part in secure sums, but ${d.federation} does not use them`,
    help: () => "write `secure_aggregation: true` in all programs, or remove `--peers`",
    explain: "Without secure aggregation the server sees each update, whatever keys are named. Nothing was sent.",
  },
  "node-key": {
    severity: "error",
    message: (d) => `cannot use the key in ${d.file}: ${d.why}`,
    help: (d) =>
      d.why.startsWith("a client that runs")
        ? "give each client a different name with `--name`, or its own runs folder"
        : "let only its owner read it (`chmod 600`), or move it away: a new one is made",
    explain:
      "A client of a federation signs its part of secure sums with its own key. The key was made when the client first joined, and nobody else has it.",
  },
};
