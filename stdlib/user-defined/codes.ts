/** Error codes of user-defined words. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface UserWordCodeData {
  "word-malformed": { readonly kind: string; readonly name: string; readonly what: string; readonly write: string };
  "word-taken": { readonly kind: string; readonly name: string };
  "word-failed": {
    readonly kind: string;
    readonly name: string;
    /** The record's function that failed. */
    readonly part: string;
    readonly why: string;
    /** Positions in the user's text as shown; empty if unknown. */
    readonly at: readonly string[];
  };
  "word-trains-nothing": { readonly name: string; readonly base: string; readonly has: readonly string[] };
}

const title = (kind: string, name: string): string => (name === "" ? `define.${kind}` : `define.${kind} "${name}"`);

export const userWordCodes: CodeTable<UserWordCodeData> = {
  "word-malformed": {
    severity: "error",
    message: (d) => `${title(d.kind, d.name)}: ${d.what}`,
    help: (d) => d.write,
    explain:
      "`define.technique({ … })` and `define.metric({ … })` define a word of your own. The record is checked at once, " +
      "so missing or misspelt fields are reported there and not in the middle of a training.",
  },
  "word-taken": {
    severity: "error",
    message: (d) => `${d.name} is a built-in ${d.kind}`,
    help: (d) => `choose another name, for example \`my_${d.name}\``,
    explain:
      "A notebook cannot define a word with the name of a built-in one, because the program would mean something else in another " +
      "notebook. You may redefine your own word: the later definition replaces the earlier, " +
      "and models trained with the earlier one must be trained again.",
  },
  "word-failed": {
    severity: "error",
    message: (d) => `${d.part} of your ${d.kind} ${d.name} failed: ${d.why}`,
    notes: (d) => (d.at.length > 0 ? [d.at.join("\n")] : []),
    help: (d) => `fix it and run the cell with \`define.${d.kind}\` again`,
    explain:
      "A function of a word that you defined threw an error or returned an unusable value. The place is in your own " +
      "TypeScript. A technique's `around` is tried on the model before training starts.",
  },
  "word-trains-nothing": {
    severity: "error",
    message: (d) => `your technique ${d.name} trains no weights of "${d.base}"`,
    help: (d) =>
      `return true in \`trains(call, path)\` for some path; ` +
      (d.has.length > 0 ? `paths are like: ${d.has.join(", ")}` : "this base has no known paths"),
    explain:
      "`trains` of a technique selects the trained parameters: those of the base, by their path in the checkpoint, or those that " +
      "its `around` adds. If it selects none, only the head would be trained; use `head_only` for that.",
  },
};
