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
        ? `move it back to where it was, or attach to where it is now: \`attach "…/${d.run}"\``
        : d.together === "sweep"
          ? `run its \`sweep\` statement again: what is done stays done, and it goes on`
          : d.together
            ? `\`train … as ${d.name} { …, resume: true, detach: true }\` goes on: what is trained stays as it is`
            : d.goesOnFrom === null
              ? "it kept no checkpoint yet: run its `train` statement again"
              : `\`train … as ${d.name} { …, resume: true${d.here ? "" : ", detach: true"} }\` goes on from step ${String(d.goesOnFrom)}; what it has learned by then is opened by \`load: ${JSON.stringify(d.at ?? `runs/${d.run}`)}\``,
    explain:
      "A training may be stopped, fail, or be ended by the machine: by a kill, by memory that ran out, by a restart, or by its folder's being moved while it trains. What its last checkpoint holds is whole. Its folder keeps what its process printed, in `process.log`.",
  },
  "not-started": {
    severity: "error",
    message: (d) => `the process that was to train ${d.name} ended before it began: ${d.how}`,
    notes: (d) => d.log,
    help: () => "take `detach: true` out to see what is wrong here",
    explain: "A training with `detach: true` begins in a process of its own. That one ended, and nothing was trained.",
  },
  "cannot-stop": {
    severity: "error",
    message: (d) =>
      d.why === "over"
        ? `nothing trains ${d.run}${d.ended === undefined ? "" : `: ${d.ended}`}`
        : d.why === "elsewhere"
          ? `${d.run} is trained by process ${String(d.process)} of another machine`
          : d.why === "notebook"
            ? `${d.run} is trained by process ${String(d.process)}, a notebook or a command, and not by itself`
            : d.why === "unheard"
              ? `process ${String(d.process)}, which trains ${d.run}, doesn't answer`
              : `process ${String(d.process)}, which trains ${d.run}, was told to stop and goes on`,
    help: (d) =>
      d.why === "over"
        ? "there is nothing to stop: `tunebook runs --running` lists what trains"
        : d.why === "elsewhere"
          ? "stop it there"
          : d.why === "notebook"
            ? "interrupt it there: its cell in the notebook, or Ctrl-C where the command runs"
            : "end it at once: `--now`; what it did since its last checkpoint is lost then",
    explain: `A training that runs by itself is stopped over a socket in its run's folder: the step under way ends and a checkpoint is written first. It has ${durationText(60)} for that.`,
  },
};
