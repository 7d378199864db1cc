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
      `${String(d.joined)} of ${String(d.of)} ranks came together in ${String(d.seconds)} s, and they train together or not at all` +
      (d.why.length > 0 ? `: ${listNames(d.why)}` : ""),
    help: () => "ask for fewer workers, or train without `runner`",
    explain:
      "A training that several processes share begins when all of them have its model open. Where one doesn't come, the others are ended too, and nothing was trained.",
  },
  "rank-lost": {
    severity: "error",
    message: (d) =>
      `rank ${String(d.rank)} of ${String(d.of)} was lost${d.step === undefined ? "" : ` in step ${String(d.step)}`}: ${d.why}`,
    help: () => "nothing: training goes on from the last checkpoint with new processes",
    explain:
      "Each update needs the gradients of all ranks. Where one is gone all others stop at that very update, and go on together from the last checkpoint.",
  },
  "rank-replaced": {
    severity: "warning",
    message: (d) =>
      `rank ${String(d.rank)}${d.of > 0 ? ` of ${String(d.of)}` : ""} was lost (${d.why}): training goes on from ${d.step === 0 ? "its beginning" : `step ${String(d.step)}`} with new processes`,
    help: () =>
      "nothing: the numbers are those of a training that lost none; a smaller `checkpoint: every(steps: …)` repeats less",
    explain:
      "A rank that dies costs the steps since the last checkpoint: all ranks stop at that update and go on together from there.",
    allowable: false,
  },
  "rank-failed": {
    severity: "error",
    message: (d) => `rank ${String(d.rank)} of ${String(d.of)} can't train: ${d.why}`,
    help: () => "mend what it says, or train without `runner`",
    explain:
      "Each rank compiles the same program and opens the same model in a process of its own. What fails there is told here.",
  },
  "rank-refused": {
    severity: "error",
    message: (d) => `rank ${String(d.rank)} was refused: ${d.why}`,
    help: () => "start it by the training that it belongs to",
    explain:
      "Who joins a training shows the token that was made for it, and trains the same recipe with the same version of Tunebook.",
  },
  "gang-without-room": {
    severity: "error",
    message: (d) =>
      `\`${d.runner}\` has room for ${String(d.room)} of ${String(d.of)} workers, and they train together or not at all`,
    help: (d) => `write \`workers: ${String(Math.max(1, d.room))}\`, let each take less, or start more nodes`,
    explain:
      "Workers that share the updates of a training begin together or not at all. Where all nodes together have not as many places as it asks for, nothing is started.",
  },
  "rank-unfit": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.why)}; ${d.of === 1 ? "nothing is trained without it" : `${String(d.of)} workers train together or not at all`}`,
    help: () =>
      "start the nodes from an image that has it (`deploy … to container(…)` writes one), or install it there; the others were ended",
    explain:
      "A worker needs Node, this version of Tunebook and an engine on its node. One that lacks them would lack them again, so the others, which wait for it, are ended at once.",
  },
  "gang-gave-up": {
    severity: "error",
    message: (d) =>
      `${String(d.gangs)} gangs in a row lost a rank before they came to a new checkpoint` +
      (d.step === null ? "" : ` after step ${String(d.step)}`) +
      `; the last: ${d.why}`,
    help: (d) =>
      d.step === null
        ? "train without `runner`, or with fewer workers"
        : "go on with `resume: true`, with fewer workers or without `runner`; a smaller `checkpoint: every(steps: …)` keeps more",
    explain:
      "A rank that dies costs the steps since the last checkpoint and no more: the training goes on with new processes. Where that happens again and again at the same place, something ends them each time, mostly a lack of memory.",
  },
};
