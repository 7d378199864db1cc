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
    message: (d) => `cannot run \`${d.attack}\` on ${d.model}: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "An attack queries a model that was trained here: about its unchanged training rows next to rows that it was not trained on, or about artificial rows inserted into the training data.",
  },
  "few-for-attack": {
    severity: "warning",
    message: (d) => `${String(d.rows)} ${d.of} are too few: 1 % false alarms would be less than one row`,
    help: () => "evaluate on a split of several hundred rows that the model was not trained on",
    explain:
      "The share of training rows detected at 1 % false alarms uses a threshold from the other rows with the lowest losses. With fewer than a hundred of them no row sets it, with a few hundred two or three do, so the interval is wide. With fewer than twenty nothing is reported.",
  },
};
