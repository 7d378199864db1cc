/** Error codes of rounds that lose remote clients. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface LostClientCodeData {
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
export const lostClientCodes: CodeTable<LostClientCodeData> = {
  "round-lost": {
    severity: "error",
    message: (d) =>
      `${String(d.answered)} of ${String(d.asked)} clients answered in round ${String(d.round)}, but ${d.what} needs ${String(d.needs)}${d.why === "" ? "" : `; ${escapeControlCharacters(d.why)}`}`,
    help: () => "read the errors of the clients where they run; `resume: true` continues after the last complete round",
    explain:
      "A round continues without clients that fail or are late, as long as enough have answered for the aggregation. The result so far is kept.",
  },
};
