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
      `${String(d.clients)} of ${String(d.of)} clients have no row that trains, and are left out; their ${String(d.rows)} ${d.rows === 1 ? "row" : "rows"} of validation are scored with all others`,
    help: () => "split by that column, so that each client has rows of both: `split: random(…, stratify: …)`",
    explain:
      "A column says whose each row is, and a split by chance may give all rows of a small client to validation. It has nothing to learn from; what it would be scored on counts in the scores of all rows, and has no score of its own.",
  },
  "clients-by-nothing": {
    severity: "error",
    paths: ["clients"],
    message: (d) => `\`${d.clients}\` parts rows by their label, and rows of ${d.data} have none`,
    help: () => "name a column to part by, `by: customer`, or take `even(10)` or `quantity(10)`, which need none",
    explain: "Rows with one label each are parted by it unless another column is named.",
  },
  "federate-roles": {
    severity: "error",
    message: (d) => `rows of ${d.data} have no \`${d.role}\`, which those of ${d.first} have`,
    help: (d) => `give ${d.data} a column for \`${d.role}\``,
    explain: "All clients of a federation learn the same: their rows have the same roles.",
  },
  "clients-alike": {
    severity: "warning",
    message: (d) =>
      `names of clients that are written nearly the same are clients of their own: ${listNames(
        d.of.map((names) => names.map((name) => JSON.stringify(name)).join(" and ")),
        { most: 5 },
      )}`,
    help: (d) => `write each one way in the column that \`${d.clients}\` parts by`,
    explain:
      "A client is a value, letter by letter. What differs in capitals, blanks or forms of letters alone is mostly one site that two programs wrote: as two clients, each has a part of its rows, and privacy of clients hides each part by itself.",
  },
  "client-ended": {
    severity: "error",
    message: (d) => `the process of client ${d.client} ${d.how}${d.said === "" ? "" : `: ${d.said}`}`,
    help: () => "without `runner` its data are trained in this process, which says more of what goes wrong",
    explain:
      "Clients whose data a statement names are processes of this machine, started with the statement and ended with it. One ended before the first round.",
  },
  "clients-lacking": {
    severity: "error",
    message: (d) => `there are ${String(d.clients)} clients in a round, and ${d.why} takes ${String(d.needs)}`,
    help: () => "have more clients, or leave it out",
    explain:
      "With two clients under secure aggregation each knows the other's update: it is the sum less its own. A column may have fewer values than it seems.",
  },
  "peers-open": {
    severity: "error",
    message: (d) => `\`--peers\` names who may be in secret sums, and ${d.federation} has none`,
    help: () => "write `secure_aggregation: true` in all programs, or leave `--peers` out",
    explain:
      "Without secure aggregation whoever leads sees each update by itself, whosever keys are named. Nothing was said to anybody.",
  },
  "node-key": {
    severity: "error",
    message: (d) => `the key in ${d.file} can't be used: ${d.why}`,
    help: (d) =>
      d.why.startsWith("a client that runs")
        ? "give each client a name of its own, `--name`, or a runs folder of its own"
        : "let its owner alone read it (`chmod 600`), or move it away: another is made",
    explain:
      "A client of a federation signs its part of secret sums by a key of its own, which was made when it joined first and is known by nobody else.",
  },
};
