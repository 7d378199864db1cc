/** Error codes of detached trainings. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { durationText } from "../../host/value-text.js";

export interface ControlCodeData {
  "training-cut-off": {
    readonly name: string;
    readonly run: string;
    /** Folder for `load`; unset if the run is in the notebook's runs folder. */
    readonly at?: string;
    readonly ended: "stopped" | "failed" | "cut off";
    readonly how: string;
    readonly why?: string;
    readonly log: readonly string[];
    readonly step: number;
    readonly steps: number | null;
    /** Step of its newest checkpoint; null if there is none. */
    readonly goesOnFrom: number | null;
    /** Several trainings run as one: `step` and `steps` count trainings then. Unset for a single training. */
    readonly together?: "sweep" | "repeats" | "folds";
    /** Its folder no longer exists, so its progress is unknown. */
    readonly gone?: true;
    /** It trained in the notebook's process, not in a separate one. */
    readonly here?: true;
  };
  "not-started": { readonly name: string; readonly how: string; readonly log: readonly string[] };
  "cannot-stop": {
    readonly run: string;
    readonly why: "over" | "elsewhere" | "notebook" | "unheard" | "stays";
    readonly process: number | null;
    readonly ended?: string;
  };
}

export const controlCodes: CodeTable<ControlCodeData> = {
  "training-cut-off": {
    severity: "error",
    message: (d) => {
      const ofSteps = d.steps === null ? "" : ` of ${String(d.steps)}`;
      const stepText = d.together
        ? `after ${{ sweep: "trial", repeats: "seed", folds: "fold" }[d.together]} ${String(d.step)}${ofSteps}`
        : `at step ${String(d.step)}${ofSteps}`;
      const ended = { stopped: "was stopped", failed: "failed", "cut off": "was cut off" }[d.ended];
      if (d.gone) return `${d.name} ${ended}: ${d.how}`;
      return `${d.name} ${ended} ${stepText}${d.how === "" || d.ended === "stopped" ? "" : `: ${d.how}`}`;
    },
    notes: (d) => [...(d.why === undefined ? [] : d.why.split("\n").filter((line) => line.trim() !== "")), ...d.log],
    help: (d) =>
      d.gone
        ? `move it back, or attach to its new place: \`attach "…/${d.run}"\``
        : d.together === "sweep"
          ? `run its \`sweep\` statement again: finished trials are kept, and it continues`
          : d.together
            ? `write \`train … as ${d.name} { …, resume: true, detach: true }\` to continue: finished trainings are kept`
            : d.goesOnFrom === null
              ? "run its `train` statement again: it has no checkpoint yet"
              : `write \`train … as ${d.name} { …, resume: true${d.here ? "" : ", detach: true"} }\` to continue from step ${String(d.goesOnFrom)}; open the weights of that step with \`load: ${JSON.stringify(d.at ?? `runs/${d.run}`)}\``,
    explain:
      "A training can be stopped, fail, or be ended by the machine: it is killed, runs out of memory, the machine restarts, or its folder is moved. Its last checkpoint is complete. `process.log` in its folder has the output of its process.",
  },
  "not-started": {
    severity: "error",
    message: (d) => `the process for training ${d.name} ended before it started: ${d.how}`,
    notes: (d) => d.log,
    help: () => "remove `detach: true` to see the error here",
    explain: "A training with `detach: true` runs in its own process. That process ended, and nothing was trained.",
  },
  "cannot-stop": {
    severity: "error",
    message: (d) =>
      d.why === "over"
        ? `${d.run} is not being trained${d.ended === undefined ? "" : `: ${d.ended}`}`
        : d.why === "elsewhere"
          ? `${d.run} is trained by process ${String(d.process)} of another machine`
          : d.why === "notebook"
            ? `${d.run} is trained by process ${String(d.process)}, a notebook or a command, so it is not detached`
            : d.why === "unheard"
              ? `process ${String(d.process)}, which trains ${d.run}, does not answer`
              : `process ${String(d.process)}, which trains ${d.run}, received the stop request but continues`,
    help: (d) =>
      d.why === "over"
        ? "list running trainings with `tunebook runs --running`"
        : d.why === "elsewhere"
          ? "stop it there"
          : d.why === "notebook"
            ? "interrupt it there: its cell in the notebook, or Ctrl-C where the command runs"
            : "end it at once with `--now`; steps since its last checkpoint are lost",
    explain: `A detached training is stopped over a socket in its run folder: it finishes the current step and writes a checkpoint. It has ${durationText(60)} for that.`,
  },
};
