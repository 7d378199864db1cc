/** Error codes of `sweep auto` at run time. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import type { SkippedCandidate } from "../../../study/auto/auto.js";

export interface SessionAutoCodeData {
  "no-base-for-auto": { readonly task: string; readonly left: readonly SkippedCandidate[] };
  "auto-program-refused": { readonly name: string; readonly why: string; readonly program: string };
}

export const sessionAutoCodes: CodeTable<SessionAutoCodeData> = {
  "no-base-for-auto": {
    severity: "error",
    message: (d) => `no base on this machine supports ${d.task}`,
    help: () => 'name one that does, as in `bases: ["all-MiniLM-L6-v2"]`',
    notes: (d) => d.left.map(({ what, why }) => `${what}: ${why}`),
    explain:
      "`sweep auto` chooses among the bases after `bases:`, or else those on this machine. None of them supports the task; the notes give the reasons.",
  },
  "auto-program-refused": {
    severity: "error",
    message: (d) => `the program that ${d.name} wrote cannot run: ${d.why}`,
    help: () => "copy it into a cell, and fix the error there",
    notes: (d) => d.program.split("\n"),
    explain:
      "`sweep auto` writes a sweep as a program, which is checked like any other. The recipe after `with` may conflict with the rest of it.",
  },
};
