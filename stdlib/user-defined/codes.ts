/** Error codes of user-defined words. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface DefinedCodeData {
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

export const definedCodes: CodeTable<DefinedCodeData> = {
  "word-malformed": {
    severity: "error",
    message: (d) => `${title(d.kind, d.name)}: ${d.what}`,
    help: (d) => d.write,
    explain:
      "`define.technique({ … })` and `define.metric({ … })` make a word of your own. The record is looked at when it is given, " +
      "so that what is missing or misspelt is named there and not in the middle of a training.",
  },
  "word-taken": {
    severity: "error",
    message: (d) => `${d.name} is a ${d.kind} that Tunebook brings`,
    help: (d) => `give yours another name, for example \`my_${d.name}\``,
    explain:
      "A word that a notebook defines may not take the name of one that is built in: a program that is read elsewhere would " +
      "mean something else. A word that you defined yourself may be defined again: the later definition replaces the earlier, " +
      "and models that were trained under the earlier one must be trained again.",
  },
  "word-failed": {
    severity: "error",
    message: (d) => `${d.part} of your ${d.kind} ${d.name} failed: ${d.why}`,
    notes: (d) => (d.at.length > 0 ? [d.at.join("\n")] : []),
    help: (d) => `mend it and run the cell with \`define.${d.kind}\` again`,
    explain:
      "A function of a word that you defined threw an error, or gave something that can't be used. The place is that in your own " +
      "TypeScript. A technique's `around` is tried on the model before anything is trained.",
  },
  "word-trains-nothing": {
    severity: "error",
    message: (d) => `your technique ${d.name} trains nothing of "${d.base}"`,
    help: (d) =>
      `\`trains(call, path)\` must say true for some path; ` +
      (d.has.length > 0 ? `paths are like: ${d.has.join(", ")}` : "this base has no paths that are known"),
    explain:
      "A technique says by `trains` which parameters are trained: those of the base, by their path in the checkpoint, or those that " +
      "its `around` adds. If none is meant, the head alone would train; `head_only` is the word for that.",
  },
};
