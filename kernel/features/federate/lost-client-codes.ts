/** Error codes of rounds that lose remote clients. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface LostCodeData {
  "round-lost": {
    readonly round: number;
    readonly answered: number;
    readonly asked: number;
    readonly needs: number;
    readonly what: string;
    /** Error of the first lost client. */
    readonly why: string;
  };
}
export const lostCodes: CodeTable<LostCodeData> = {
  "round-lost": {
    severity: "error",
    message: (d) =>
      `${String(d.answered)} of ${String(d.asked)} clients answered in round ${String(d.round)}, and ${d.what} takes ${String(d.needs)}${d.why === "" ? "" : `; ${escapeControlCharacters(d.why)}`}`,
    help: () => "see what the clients say where they run; `resume: true` goes on from the last whole round",
    explain:
      "A round goes on without clients that fail or are late, as long as those that answered are enough for what becomes of their updates. What was learnt until then is kept.",
  },
};
