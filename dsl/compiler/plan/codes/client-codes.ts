/** Codes of checks across several clients' data. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";
import { listNames } from "../../../language/diagnostics/lists.js";

export interface ClientDataCodeData {
  "federate-labels-alike": {
    readonly data: string;
    /** `of`: the data that use the other spelling. */
    readonly alike: readonly { readonly label: string; readonly other: string; readonly of: string }[];
  };
  "federate-leak": {
    readonly data: string;
    readonly splits: readonly { readonly split: string; readonly rows: number; readonly of: number }[];
    readonly trains: readonly string[];
  };
}

const MOST = 5;
const clipped = (label: string): string =>
  JSON.stringify(label.length > 60 ? `${label.slice(0, 40)}…${label.slice(-19)}` : label);

export const clientDataCodes: CodeTable<ClientDataCodeData> = {
  "federate-labels-alike": {
    severity: "warning",
    facts: true,
    message: (d) => {
      const some = d.alike
        .slice(0, MOST)
        .map(({ label, other, of: otherData }) => `${clipped(label)} where \`${otherData}\` writes ${clipped(other)}`);
      const more = d.alike.length - some.length;
      return `\`${d.data}\` writes ${some.join("; ")}${more > 0 ? `; and ${String(more)} more` : ""}: the shared head has both, as different labels`;
    },
    help: (d) => {
      const some = d.alike
        .slice(0, MOST)
        .map(({ label, other }) => `${JSON.stringify(label)}: ${JSON.stringify(other)}`);
      const all = d.alike.length > MOST ? [...some, "…"] : some;
      return `write them the same way: \`clean: [relabel({ ${all.join(", ")} })]\` in \`${d.data}\`; if they really are different labels, write \`allow: { federate-labels-alike: "why" }\``;
    },
    explain:
      "The head has the labels of all clients, compared letter by letter. Labels that differ only in capitals or spaces are usually one label, written differently at two sites. As two labels, each client learns that the other's is wrong.",
  },
  "federate-leak": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `scored rows of \`${d.data}\` are trained by ${listNames(
        d.trains.map((name) => `\`${name}\``),
        { most: 5 },
      )}: ${d.splits
        .map(({ split, rows, of: total }) => `${String(rows)} of ${String(total)} of \`${d.data}.${split}\``)
        .join(", ")}`,
    help: (d) =>
      d.trains.length === 1
        ? `remove them from \`${d.trains[0] ?? ""}\` or from \`${d.data}\`, so that each row belongs to one client`
        : `remove them from \`${d.data}\` or from the others, so that each row belongs to one client`,
    explain:
      "These rows are scored by one client and trained by another. Validation scores choose the best round and end a training early; test scores estimate the quality on new rows. Both look too good. The texts are compared after cleaning.",
  },
};
