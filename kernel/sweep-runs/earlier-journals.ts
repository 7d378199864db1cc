/** The journals that a sweep starts from: read as trials in its own space, and as text for its cell. */
import { basename, join } from "node:path";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { definedDimensionValues } from "../study/recommended-point.js";
import type { JournalSpec, MismatchedTrial } from "./journal/journal.js";
import { sweepJournalPath, type SessionFolders } from "../session/answers/journal-facts.js";
import { readStartTrials, type StartTrialsFromJournal } from "./earlier-trials.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { dataSettingKeys } from "../study/trial-text.js";
import { clip, oneLine, plural } from "../host/value-text.js";
import type { TrialRecord } from "../study/trial.js";

interface Around extends SessionFolders {
  readonly spec: JournalSpec;
  /** The name of the sweep's own journal. */
  readonly ownJournal: string;
  /** Returns the journal of a sweep that ran in this notebook. */
  readonly journalNamed: (sweep: string) => string | undefined;
}

/** Call it before the name refers to the new sweep: the sweep may start from an earlier one of the same name. */
export function sweepStartsOf(
  { start = [], ...sweep }: SweepPlan,
  { spec, ownJournal, journalNamed, ...places }: Around,
): readonly SweepStartSource[] {
  const point = definedDimensionValues(sweep);
  return start.map((one) => {
    const journal = "sweep" in one ? journalNamed(one.sweep) : undefined;
    const file =
      journal === undefined ? sweepJournalPath(one, places) : join(places.runs, "sweeps", `${journal}.jsonl`);
    const name = "sweep" in one ? one.sweep : one.journal;
    // The sweep's own trials are already in its journal.
    return basename(file, ".jsonl") === ownJournal
      ? { name, own: true }
      : { name, ...readStartTrials(file, spec, point) };
  });
}

export type SweepStartSource = { readonly name: string } & (
  | StartTrialsFromJournal
  /** The source is the sweep itself. */
  | { readonly own: true }
);

/** Assigns numbers below 1, which no own trial has: the last one is 0. */
export function numberStartTrials(starts: readonly SweepStartSource[]): readonly TrialRecord[] {
  const all = starts.flatMap((start) => ("own" in start ? [] : start.trials));
  return all.map(({ bars, ...trial }, i) => ({ ...trial, number: i + 1 - all.length }));
}

/** For example `It starts from 12 trials of earlier, by batch_size; epochs is as the definitions have it there.` */
export function sweepStartText(start: SweepStartSource): string {
  const name = clip(oneLine(start.name), 80);
  if ("own" in start) return `${name} is this sweep: it continues from its own trials.`;
  const { trials, shared, filled, aside, strange } = start;
  const parts = [
    `It starts from ${plural(trials.length, "trial")} of ${name}${shared.length > 0 ? `, by ${listNames(shared)}` : ""}`,
    filled.length > 0 &&
      `${listNames(filled)} didn't vary there, and ${filled.length === 1 ? "is" : "are"} taken as the definitions have it`,
    aside.length > 0 && `${listNames(aside)} varied there alone, and ${aside.length === 1 ? "is" : "are"} left aside`,
    strange.length > 0 && unfitTrialsText(strange),
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

/** Returns how many of its trials were trained on other data than the sweep's; none if the sweep varies its data. */
export function otherDataTrialCount(start: SweepStartSource, { plan, vary }: SweepPlan): number {
  const { dataHash } = plan.recipe;
  const keys = dataSettingKeys();
  const varies = Object.keys(vary).some((path) => keys.has(path.split(".")[0] ?? path));
  if ("own" in start || dataHash === null || varies) return 0;
  return start.trials.filter(({ data }) => data !== undefined && data !== dataHash).length;
}

const FEW = 3;

/** For example `2 trials don't fit: 3 (batch_size can't be 7 in the sweep), 4 (…)`. */
export function unfitTrialsText(strange: readonly MismatchedTrial[]): string {
  const some = strange.slice(0, FEW).map(({ number, why }) => `${String(number)} (${clip(oneLine(why), 100)})`);
  const verb = strange.length === 1 ? "doesn't" : "don't";
  return `${plural(strange.length, "trial")} ${verb} fit: ${listNames(some, { total: strange.length })}`;
}
