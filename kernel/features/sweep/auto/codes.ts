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
    message: (d) => `no base on this machine does ${d.task}`,
    help: () => 'name one that does, as in `bases: ["all-MiniLM-L6-v2"]`',
    notes: (d) => d.left.map(({ what, why }) => `${what}: ${why}`),
    explain:
      "`sweep auto` chooses among the bases after `bases:`, or those that lie on this machine. None of them reads the task; the notes say of each why.",
  },
  "auto-program-refused": {
    severity: "error",
    message: (d) => `the program that ${d.name} wrote can't run: ${d.why}`,
    help: () => "copy it into a cell, and change there what is wrong",
    notes: (d) => d.program.split("\n"),
    explain:
      "`sweep auto` writes a sweep as a program and has it checked like any other. What the recipe after `with` says may not go together with what was written around it.",
  },
};
