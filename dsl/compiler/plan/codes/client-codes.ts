/** Codes of checks across several clients' data. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";
import { listNames } from "../../../language/diagnostics/lists.js";

export interface ApartCodeData {
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

export const apartCodes: CodeTable<ApartCodeData> = {
  "federate-labels-alike": {
    severity: "warning",
    facts: true,
    message: (d) => {
      const some = d.alike
        .slice(0, MOST)
        .map(({ label, other, of: otherData }) => `${clipped(label)} where \`${otherData}\` writes ${clipped(other)}`);
      const more = d.alike.length - some.length;
      return `\`${d.data}\` writes ${some.join("; ")}${more > 0 ? `; and ${String(more)} more` : ""}: the head of all clients has both, as different labels`;
    },
    help: (d) => {
      const some = d.alike
        .slice(0, MOST)
        .map(({ label, other }) => `${JSON.stringify(label)}: ${JSON.stringify(other)}`);
      const all = d.alike.length > MOST ? [...some, "…"] : some;
      return `write them alike: \`clean: [relabel({ ${all.join(", ")} })]\` in \`${d.data}\`; if they are meant to differ, allow it`;
    },
    explain:
      "The head has the labels of all clients, told apart letter by letter. What differs in capitals, blanks or forms of letters alone is mostly one label that two sites write in their own way: as two, each client is taught that the other's is wrong, and what is put together can only guess between them.",
  },
  "federate-leak": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `rows of \`${d.data}\` that score are learnt by ${listNames(
        d.trains.map((name) => `\`${name}\``),
        { most: 5 },
      )}: ${d.splits
        .map(({ split, rows, of: total }) => `${String(rows)} of ${String(total)} of \`${d.data}.${split}\``)
        .join(", ")}`,
    help: (d) =>
      d.trains.length === 1
        ? `take them out of \`${d.trains[0] ?? ""}\` or of \`${d.data}\`, so that each row is one client's`
        : `take them out of \`${d.data}\` or of the others, so that each row is one client's`,
    explain:
      "Rows that one client has to score and another to train are learnt before they are asked about. By the scores of validation the best round is kept and a training ends early; those of test say how well new rows are answered: both look better than they are. Compared is what is read of a row, after cleaning.",
  },
};
