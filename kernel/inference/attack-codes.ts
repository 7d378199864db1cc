/** Error codes of attacks that are impossible or give little information. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface AttackCodeData {
  "attack-impossible": {
    readonly attack: string;
    readonly model: string;
    readonly why: string;
    readonly instead: string;
  };
  "few-for-attack": { readonly of: string; readonly rows: number };
}

export const attackCodes: CodeTable<AttackCodeData> = {
  "attack-impossible": {
    severity: "error",
    message: (d) => `\`${d.attack}\` can't be tried on ${d.model}: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "An attack asks a model that was trained here: about the rows that trained it, as they still are, beside rows that it never saw, or about rows that were made and put among them.",
  },
  "few-for-attack": {
    severity: "warning",
    message: (d) => `${String(d.rows)} ${d.of} are few: false alarms in 1 % of them are less than one row`,
    help: () => "evaluate on a split of several hundred rows that the model didn't learn from",
    explain:
      "How many rows that trained are caught where 1 % of the others are is read off the others with the lowest losses. With fewer than a hundred of them the threshold is set by none, and of a few hundred by two or three: the interval is wide, and with fewer than twenty nothing is said.",
  },
};
