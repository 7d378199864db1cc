/**
 * `tunebook verify NOTEBOOK.ipynb`: runs it again in a separate folder and reports what changed and which numbers
 * differ.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { plural, printable, significantText } from "#kernel/host/value-text.js";
import {
  scoreChangesBetween,
  runIdsIn,
  withoutReportedLines,
  type ScoreChanges,
} from "#kernel/apps/jupyter/client/moved-outputs.js";
import { runNotebook } from "#kernel/apps/jupyter/client/notebook.js";
import { readNotebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import type { ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";
import type { RunNumbersComparison } from "#kernel/runs/record/number-tolerance.js";
import { recordDifferencesText } from "#kernel/evaluation/record/diff-text.js";
import { compareRerunsWithEarlierRuns, type RerunComparison } from "#kernel/evaluation/record/verification.js";
import { progressOn } from "#tools/progress.mjs";
import { runUntilInterrupted } from "./interrupted.js";
import { runsFolder } from "./runs/runs-folder.js";

export interface VerifyNotebookOptions {
  readonly parameter: ParameterTexts;
  /** Path for the executed notebook; by default it is not saved. */
  readonly out?: string;
  /** Folder for its runs; by default they are not saved. */
  readonly keep?: string;
  /** Folder of the earlier runs. */
  readonly in?: string;
  readonly json?: true;
}
interface Verified {
  readonly notebook: string;
  readonly runs: readonly RerunComparison[];
  readonly outputs: ScoreChanges;
  /** The error that stopped it before its end. */
  readonly failed: { readonly cell: number; readonly error: string } | null;
  readonly same: boolean;
}

/** @returns the exit status: 0 if every comparable number is within tolerance */
export async function verifyNotebook(file: string, options: VerifyNotebookOptions): Promise<number> {
  const before = await readNotebook(file);
  const work = await mkdtemp(join(tmpdir(), "tunebook-verify-"));
  try {
    const runs = options.keep === undefined ? join(work, "runs") : resolve(options.keep);
    const out = options.out === undefined ? join(work, "executed.ipynb") : resolve(options.out);
    const env = { TUNEBOOK_RUNS: runs, TUNEBOOK_VERIFYING: join(work, "written") };
    const progress = progressOn(process.stderr);
    const { result, interrupted } = await runUntilInterrupted((signal) =>
      runNotebook(file, {
        out,
        parameters: options.parameter,
        keepInjected: true,
        signal,
        start: { env },
        onStart: ({ number, total }) => progress.show({ label: "cells run again", done: number - 1, total }),
      }).finally(() => progress.end()),
    );
    if (interrupted) return 130;
    const { failed } = result;
    const verified: Verified = check(file, {
      runs: compareRerunsWithEarlierRuns(runsFolder(options.in ?? dirname(resolve(file))), runs, runIdsIn(before)),
      outputs: scoreChangesBetween(before, result.notebook),
      failed: failed && { cell: failed.number, error: `${failed.ename}: ${failed.evalue}` },
    });
    process.stdout.write(options.json ? `${JSON.stringify(verified, null, 2)}\n` : printable(textOf(verified)));
    return verified.same ? 0 : 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function check(notebook: string, { runs, outputs, failed }: Omit<Verified, "notebook" | "same">): Verified {
  // A run without numbers now counts as changed if it had an earlier counterpart.
  const moved = runs.some(({ then, numbers }) => (numbers ? numbers.beyond.length > 0 : then !== null));
  const same = failed === null && !moved && outputs.moved.length === 0;
  const runNumbers = runs.flatMap(({ numbers }) => (numbers ? toldOf(numbers) : []));
  return {
    notebook,
    runs,
    outputs: { ...outputs, moved: withoutReportedLines(outputs.moved, runNumbers) },
    failed,
    same,
  };
}

function textOf({ notebook, runs, outputs, failed, same }: Verified): string {
  const known = runs.filter(({ numbers }) => numbers !== null);
  const compared = known.length + outputs.lines;
  const verdict = failed
    ? `${notebook} fails in cell ${String(failed.cell)}: ${failed.error}`
    : compared === 0
      ? `${notebook} runs; there are no earlier numbers to compare with`
      : `${notebook} ${rerunVerdictText(known, same)}: ${[
          ...(known.length > 0 ? [`${plural(known.length, "run")} compared`] : []),
          ...(outputs.lines > 0 ? [`${plural(outputs.lines, "line")} of scores in its outputs`] : []),
        ].join(", ")}`;
  const lines = outputs.moved.map(({ cell, then, now }) => `  cell ${String(cell)}: ${then}\n        now: ${now}`);
  return `${[
    verdict,
    ...runs.map(runText),
    ...(lines.length > 0 ? [`Scores in its outputs that moved:\n${lines.join("\n")}`] : []),
  ].join("\n\n")}\n`;
}

/** Changed inputs come first: equal numbers may be luck. */
export function rerunVerdictText(
  known: readonly Pick<RerunComparison, "changed" | "numbers">[],
  same: boolean,
): string {
  const changed = [...new Set(known.flatMap((run) => run.changed.map(({ what }) => what)))];
  if (changed.length === 0) return same ? "gives the same numbers" : "gives other numbers";
  const changedNames = [
    ...changed.slice(0, TOLD),
    ...(changed.length > TOLD ? [`${String(changed.length - TOLD)} more`] : []),
  ];
  const exact = known.every(({ numbers }) => numbers?.exact);
  const numbers = exact ? "its numbers are the same bit for bit" : "its numbers stayed within tolerance";
  return `has changed ingredients (${listNames(changedNames)}), ${same ? `and ${numbers}` : "and gives other numbers"}`;
}

/** Maximum number of differences beyond tolerance shown per run, scores first. */
const TOLD = 6;
function toldOf({ beyond }: RunNumbersComparison): RunNumbersComparison["beyond"] {
  return [...beyond].sort((a, b) => Number(a.sort === "loss") - Number(b.sort === "loss")).slice(0, TOLD);
}

function runText({ name, then, changed, numbers }: RerunComparison): string {
  if (then === null) return `${name}: no run of that name was there before`;
  if (!numbers) return `${name} (${then}): nothing to compare, the earlier run has no numbers in common with this one`;
  const { exact, losses, scores, furthest, beyond } = numbers;
  const what = [
    ...(losses > 0 ? [plural(losses, "loss", "losses")] : []),
    ...(scores > 0 ? [plural(scores, "score")] : []),
  ];
  const far = largestDifferenceText(furthest);
  const verdict = exact
    ? `bit for bit the same: ${what.join(" and ")}`
    : `${beyond.length === 0 ? "within tolerance" : `${plural(beyond.length, "number")} beyond tolerance`} of ${what.join(" and ")}: ${far}`;
  const moved = toldOf(numbers).map(
    (one) => `  ${one.what}: ${significantText(one.then, 6)} then, ${significantText(one.now, 6)} now`,
  );
  const more = beyond.length > TOLD ? [`  and ${String(beyond.length - TOLD)} more`] : [];
  const outcomeText =
    changed.length === 0 ? verdict : `its ingredients changed:\n${recordDifferencesText(changed)}\n  ${verdict}`;
  return [`${name} (${then}): ${outcomeText}`, ...moved, ...more].join("\n");
}

/** For numbers that are not all equal: shows only those that differ. */
export function largestDifferenceText({ loss, score }: RunNumbersComparison["furthest"]): string {
  const scores = `at most ${significantText(score, 2)}`;
  if (loss === 0) return `scores differ by ${scores}`;
  const losses = `losses differ by at most ${significantText(100 * loss, 2)} %`;
  return score === 0 ? losses : `${losses}, scores by ${scores}`;
}

/** Reports whether a path is a notebook; a folder with that name is not. */
export const isNotebookFile = (place: string): boolean =>
  place.endsWith(".ipynb") && !existsSync(join(place, "tunebook.json"));
