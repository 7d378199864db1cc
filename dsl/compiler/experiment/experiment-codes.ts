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
    help: () => 'describe the experiment in a few words: `name: "router-v2"`; use `notes` for the rest',
    explain: "Runs are found by the name of their experiment, here and in trackers.",
    example: 'experiment { name: "" }',
  },
  "experiment-notes": {
    severity: "error",
    message: (d) => `notes have at most ${String(d.most)} characters, not ${String(d.length)}`,
    help: () => "shorten the notes; write longer texts in a Markdown cell of the notebook",
    explain: "Notes are stored with every run of the experiment, and trackers limit their length.",
  },
  "tracker-twice": {
    severity: "error",
    message: (d) => `${d.tracker} is listed twice with the same arguments`,
    help: () => "remove one of them",
    explain: "Each run is sent to a tracker once.",
    example: 'experiment { name: "router", trackers: [tensorboard("board"), tensorboard("board")] }',
  },
};
