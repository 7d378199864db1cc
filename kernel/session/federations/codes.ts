/** What can go wrong where rows are given to clients. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "clients-by-nothing": { readonly data: string; readonly clients: string };
    "federate-roles": { readonly data: string; readonly role: string; readonly first: string };
    "node-key": { readonly file: string; readonly why: string };
    "clients-lacking": { readonly clients: number; readonly needs: number; readonly why: string };
  }
}

registerCodes({
  "clients-by-nothing": {
    severity: "error",
    at: ["clients"],
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
  "clients-lacking": {
    severity: "error",
    message: (d) => `there are ${String(d.clients)} clients in a round, and ${d.why} takes ${String(d.needs)}`,
    help: () => "have more clients, or leave it out",
    explain:
      "With two clients under secure aggregation each knows the other's update: it is the sum less its own. A column may have fewer values than it seems.",
  },
  "node-key": {
    severity: "error",
    message: (d) => `the key in ${d.file} can't be used: ${d.why}`,
    help: () => "let its owner alone read it (`chmod 600`), or move it away: another is made",
    explain:
      "A client of a federation signs its part of secret sums by a key of its own, which was made when it joined first and is known by nobody else.",
  },
});
