/** Codes of personal data in data sets. Findings are named by their type and rows, never by their text. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { listNames } from "../../language/diagnostics/lists.js";
import type { PersonalFacts } from "../../language/types/personal-facts.js";

interface Found {
  readonly data: string;
  readonly found: readonly PersonalFacts[];
}
export interface PersonalDataCodeData {
  "personal-data": Found;
  "personal-numbers": Found;
}

const number = (rows: number): string => rows.toLocaleString("en-US");
const foundText = ({ found }: Found): string =>
  listNames(
    found.map(
      ({ entity, column, rows, looked }) =>
        `${entity} in "${column}" (${number(rows)} ${rows === 1 ? "row" : "rows"}${looked === undefined ? "" : ` of ${number(looked)} that were looked through for it`})`,
    ),
    { most: 8 },
  );
const rowsOf = ({ found }: Found): readonly string[] =>
  found
    .slice(0, 4)
    .map(
      ({ entity, column, rows, examples }) =>
        `${entity} in "${column}": row${rows === 1 ? "" : "s"} ${listNames(examples.map(String), { total: rows })}`,
    );
const redact = ({ found }: Found): string =>
  `add \`redact(${[...new Set(found.map(({ entity }) => entity))].join(", ")})\` to \`clean\``;

export const personalDataCodes: CodeTable<PersonalDataCodeData> = {
  "personal-data": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `the texts of \`${d.data}\` contain personal data: ${foundText(d)}`,
    help: (d) => `${redact(d)}, or give a reason to keep it: \`allow: { personal-data: "…" }\``,
    notes: rowsOf,
    explain:
      "A model may reveal its training texts to anyone. Rows are searched after cleaning. Kinds detected by words " +
      "(names, addresses) are reported from three rows and 0.5% of the rows, because some finds are false. Beyond " +
      "100,000 rows only every tenth row is searched for these, and the message gives the number. The search does " +
      "not find everything: no report is no proof.",
  },
  "personal-numbers": {
    severity: "error",
    allowable: true,
    facts: true,
    found: "data",
    message: (d) => `the texts of \`${d.data}\` contain secrets or personal numbers: ${foundText(d)}`,
    help: (d) => `${redact(d)}, or give a reason to keep it: \`allow: { personal-numbers: "…" }\``,
    notes: rowsOf,
    explain:
      "These are card, account and identity numbers with a valid checksum, links with a password, and keys in a provider's format. A model " +
      "can reveal those that it was trained on. Rows are searched after cleaning.",
  },
};
