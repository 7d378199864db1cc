/** Error codes of a training shared by several processes. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface RanksCodeData {
  "gang-incomplete": {
    readonly joined: number;
    readonly of: number;
    readonly seconds: number;
    /** Reasons why the others are missing, if known. */
    readonly why: readonly string[];
  };
  /** `step`: the update in which the rank was lost; unset before the first update. */
  "rank-lost": { readonly rank: number; readonly of: number; readonly step?: number; readonly why: string };
  "rank-replaced": { readonly rank: number; readonly of: number; readonly why: string; readonly step: number };
  "rank-failed": { readonly rank: number; readonly of: number; readonly why: string };
  "rank-refused": { readonly rank: number; readonly why: string };
  "gang-without-room": { readonly of: number; readonly room: number; readonly runner: string };
  "rank-unfit": { readonly of: number; readonly why: string };
  "gang-gave-up": { readonly gangs: number; readonly step: number | null; readonly why: string };
}
export const ranksCodes: CodeTable<RanksCodeData> = {
  "gang-incomplete": {
    severity: "error",
    message: (d) =>
      `only ${String(d.joined)} of ${String(d.of)} ranks joined in ${String(d.seconds)} s, but all are needed` +
      (d.why.length > 0 ? `: ${listNames(d.why)}` : ""),
    help: () => "use fewer workers, or train without `runner`",
    explain:
      "A training with several processes starts when all of them have opened the model. If one is missing, the others are ended and nothing is trained.",
  },
  "rank-lost": {
    severity: "error",
    message: (d) =>
      `rank ${String(d.rank)} of ${String(d.of)} was lost${d.step === undefined ? "" : ` in step ${String(d.step)}`}: ${d.why}`,
    help: () => "do nothing: training continues from the last checkpoint with new processes",
    explain:
      "Each update needs the gradients of all ranks. If one is lost, the others stop at that update, and training continues from the last checkpoint.",
  },
  "rank-replaced": {
    severity: "warning",
    message: (d) =>
      `rank ${String(d.rank)}${d.of > 0 ? ` of ${String(d.of)}` : ""} was lost (${d.why}): training continues from ${d.step === 0 ? "its start" : `step ${String(d.step)}`} with new processes`,
    help: () =>
      "do nothing: the result is the same as without the loss; a smaller `checkpoint: every(steps: …)` repeats less",
    explain:
      "A lost rank costs the steps since the last checkpoint: all ranks stop at that update and continue together from there.",
    allowable: false,
  },
  "rank-failed": {
    severity: "error",
    message: (d) => `rank ${String(d.rank)} of ${String(d.of)} cannot train: ${d.why}`,
    help: () => "fix that, or train without `runner`",
    explain:
      "Each rank compiles the same program and opens the same model in its own process. This is the error of that process.",
  },
  "rank-refused": {
    severity: "error",
    message: (d) => `rank ${String(d.rank)} was rejected: ${d.why}`,
    help: () => "start it through its training",
    explain:
      "A process that joins a training must present the training's token and have the same recipe and the same version of Tunebook.",
  },
  "gang-without-room": {
    severity: "error",
    message: (d) =>
      `\`${d.runner}\` has room for ${String(d.room)} of ${String(d.of)} workers, but all must start together`,
    help: (d) => `write \`workers: ${String(Math.max(1, d.room))}\`, reduce what each needs, or start more nodes`,
    explain:
      "Workers that train one model together start together or not at all. The nodes have too few free places, so nothing was started.",
  },
  "rank-unfit": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.why)}; ${d.of === 1 ? "training needs this worker" : `all ${String(d.of)} workers are needed`}`,
    help: () =>
      "start the nodes from an image that has it (`deploy … to container(…)` writes one), or install it there; the others were ended",
    explain:
      "A worker needs Node, this version of Tunebook and an engine on its node. If something is missing, a restart would fail too, so the other workers are ended at once.",
  },
  "gang-gave-up": {
    severity: "error",
    message: (d) =>
      `${String(d.gangs)} times in a row a worker was lost before the next checkpoint` +
      (d.step === null ? "" : ` after step ${String(d.step)}`) +
      `; the last: ${d.why}`,
    help: (d) =>
      d.step === null
        ? "train without `runner`, or with fewer workers"
        : "continue with `resume: true`, with fewer workers or without `runner`; a smaller `checkpoint: every(steps: …)` loses less",
    explain:
      "A lost worker costs only the steps since the last checkpoint: training continues with new processes. If it happens repeatedly at the same place, there is a cause, usually a lack of memory.",
  },
};
