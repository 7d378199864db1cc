/** Codes of personal data in data sets. Findings are named by their type and rows, never by their text. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { listNames } from "../../language/diagnostics/lists.js";
import type { PersonalFacts } from "../../language/types/personal-facts.js";

interface Found {
  readonly data: string;
  readonly found: readonly PersonalFacts[];
}
export interface PersonalCodeData {
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

export const personalCodes: CodeTable<PersonalCodeData> = {
  "personal-data": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `the texts of \`${d.data}\` hold personal data: ${foundText(d)}`,
    help: (d) => `${redact(d)}, or say why it may stay: \`allow: { personal-data: "…" }\``,
    notes: rowsOf,
    explain:
      "What a model has read it may say to anyone. Rows are looked through after they are cleaned; sorts that are told by words " +
      "(names, addresses) count from three rows and 0.5% of the rows on, since a few are found where there are none; beyond " +
      "100,000 rows they are looked for in every tenth, and the message says of how many. Nothing " +
      "finds all: that nothing is reported is no proof.",
  },
  "personal-numbers": {
    severity: "error",
    allowable: true,
    facts: true,
    found: "data",
    message: (d) => `the texts of \`${d.data}\` hold what must not be learnt: ${foundText(d)}`,
    help: (d) => `${redact(d)}, or say why it may stay: \`allow: { personal-numbers: "…" }\``,
    notes: rowsOf,
    explain:
      "Cards, accounts and identity numbers whose checksum holds, links with a password, keys in a provider's shape: a model " +
      "that has read one can give it away. Rows are looked through after they are cleaned.",
  },
};
