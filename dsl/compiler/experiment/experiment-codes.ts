/** Codes of `experiment`. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface ExperimentCodeData {
  "experiment-name": { readonly length: number; readonly most: number };
  "experiment-notes": { readonly length: number; readonly most: number };
  "tracker-twice": { readonly tracker: string };
}

export const experimentCodes: CodeTable<ExperimentCodeData> = {
  "experiment-name": {
    severity: "error",
    message: (d) =>
      d.length === 0
        ? "the experiment has no name"
        : `an experiment's name has at most ${String(d.most)} characters, not ${String(d.length)}`,
    help: () => 'write what is tried in a few words: `name: "router-v2"`; `notes` takes the rest',
    explain: "Runs are found by the name of their experiment, here and in trackers.",
    example: 'experiment { name: "" }',
  },
  "experiment-notes": {
    severity: "error",
    message: (d) => `notes have at most ${String(d.most)} characters, not ${String(d.length)}`,
    help: () => "write what is tried and why; what is longer is a cell of text in the notebook",
    explain: "Notes go with every run of the experiment, and trackers bound them.",
  },
  "tracker-twice": {
    severity: "error",
    message: (d) => `${d.tracker} stands there twice, with the same arguments`,
    help: () => "leave one of them out",
    explain: "A tracker is told of each run once.",
    example: 'experiment { name: "router", trackers: [tensorboard("board"), tensorboard("board")] }',
  },
};
