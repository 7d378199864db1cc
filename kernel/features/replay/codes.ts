/** Error codes of replaying a run. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames, listNamesAsCode } from "#dsl/language/diagnostics/lists.js";

interface Changed {
  /** For example `rows of train`, `version of tunebook`. */
  readonly what: string;
  readonly then: string;
  readonly now: string;
  readonly rows?: string;
}
export interface ReplaysCodeData {
  "not-replayable": {
    readonly run: string;
    readonly tables: readonly string[];
    readonly words: readonly string[];
    /** Format of a deployment; null if it is none. */
    readonly deployed: string | null;
    readonly averaged?: true;
    /** It continued from weights of another training; absent if it started from its base. */
    readonly update?: true;
    /** It compressed another training's model. */
    readonly compress?: true;
    readonly federated?: true;
  };
  "replay-changed": { readonly run: string; readonly changed: readonly Changed[] };
}

export const replaysCodes: CodeTable<ReplaysCodeData> = {
  "not-replayable": {
    severity: "error",
    message: (d) =>
      d.deployed === null
        ? [
            ...(d.tables.length > 0
              ? [`the rows of ${d.run} came from ${listNamesAsCode(d.tables)} of its notebook`]
              : []),
            ...(d.update ? [`${d.run} went on from the weights of another training (\`update\`)`] : []),
            ...(d.compress ? [`${d.run} was made of the weights of another training (\`compress\`)`] : []),
            ...(d.federated ? [`${d.run} learnt in rounds from several clients (\`federate\`)`] : []),
            ...(d.averaged ? [`the workers of ${d.run} averaged their weights, which one process can't repeat`] : []),
            ...(d.words.length > 0
              ? [`${listNamesAsCode(d.words)} of ${d.run} ${d.words.length > 1 ? "are" : "is"} defined in its notebook`]
              : []),
          ].join("; ")
        : `${d.run} is no training: it was deployed to ${d.deployed}`,
    help: (d) =>
      d.deployed === null
        ? "`tunebook verify NOTEBOOK.ipynb` runs the whole notebook again; rows that are saved to a file can be replayed"
        : "`tunebook verify PLACE` proves a deployment again",
    explain:
      "A run is repeated from its folder alone, without its notebook. Tables and functions of TypeScript cells live in the notebook and not in the run.",
  },
  "replay-changed": {
    severity: "error",
    message: (d) => `not all that ${d.run} was made of is as it was: ${listNames(d.changed.map(({ what }) => what))}`,
    notes: (d) =>
      d.changed.map(
        ({ what, then, now, rows }) => `${what}: ${then} then, ${now} now${rows === undefined ? "" : `; ${rows}`}`,
      ),
    help: () => "bring it back as it was; or train all the same and see what it changes: `--anyway`",
    explain:
      "A run's lock keeps hashes of the rows, the files and the base that it read, and the versions that it ran with. Where one of them differs, other numbers are to be expected, and nothing is trained until that is asked for.",
  },
};
