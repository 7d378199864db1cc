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
            ...(d.update ? [`${d.run} started from the weights of another training (\`update\`)`] : []),
            ...(d.compress ? [`${d.run} was made from the weights of another training (\`compress\`)`] : []),
            ...(d.federated ? [`${d.run} was trained by several clients (\`federate\`)`] : []),
            ...(d.averaged ? [`the workers of ${d.run} averaged their weights, which one process cannot repeat`] : []),
            ...(d.words.length > 0
              ? [`${listNamesAsCode(d.words)} of ${d.run} ${d.words.length > 1 ? "are" : "is"} defined in its notebook`]
              : []),
          ].join("; ")
        : `${d.run} is not a training but a deployment to ${d.deployed}`,
    help: (d) =>
      d.deployed === null
        ? "run the complete notebook again with `tunebook verify NOTEBOOK.ipynb`, or save the rows to a file, which can be replayed"
        : "prove the deployment again with `tunebook verify PLACE`",
    explain:
      "A run is repeated from its folder, without its notebook. Tables and functions of TypeScript cells exist only in the notebook.",
  },
  "replay-changed": {
    severity: "error",
    message: (d) => `the inputs of ${d.run} have changed: ${listNames(d.changed.map(({ what }) => what))}`,
    notes: (d) =>
      d.changed.map(
        ({ what, then, now, rows }) => `${what}: ${then} then, ${now} now${rows === undefined ? "" : `; ${rows}`}`,
      ),
    help: () => "restore them; or train with the changed inputs and compare the results: `--anyway`",
    explain:
      "A run's lock stores hashes of the rows, the files and the base that it read, and the versions that it used. If one of them differs, the results may too, so nothing is trained without `--anyway`.",
  },
};
