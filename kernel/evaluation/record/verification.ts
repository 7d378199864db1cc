/** Compares a re-run notebook with its earlier runs, by name: which inputs differ and which numbers moved. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { metricCapabilities } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { RunFolder } from "../../runs/run-folder.js";
import {
  compareNumbers,
  averageStepLosses,
  numberPairsOf,
  type RunNumbersComparison,
  type RunNumberPair,
} from "../../runs/record/number-tolerance.js";
import { compareRunRecords, type RecordDifference } from "../../runs/record/record-differences.js";
import { scoreDifferencesOf } from "./moved-scores.js";
import { comparedRunRecordOf, type ComparedRunRecord } from "../../runs/record/compared-run.js";

export interface RerunComparison {
  readonly name: string;
  /** Id of the earlier run; null if there was none of that name. */
  readonly then: string | null;
  readonly now: string;
  readonly changed: readonly RecordDifference[];
  /** Null if there is nothing to compare it with. */
  readonly numbers: RunNumbersComparison | null;
}

/**
 * Compares in execution order. `before`, `after`: folders of runs. `own`: run ids in the notebook's outputs: a name
 * that occurs there is compared with these only. Runs of other names (seeds, folds, trials) are compared with the last
 * of their name.
 */
export function compareRerunsWithEarlierRuns(
  before: string,
  after: string,
  ownRuns: readonly string[] = [],
): readonly RerunComparison[] {
  const old = sidesIn(before);
  const all = sidesIn(after);
  return all.map((now, index): RerunComparison => {
    const like = (side: ComparedRunRecord): boolean => keyOf(side) === keyOf(now);
    const mine = ownRuns.filter((id) => nameIn(id) === now.lock.name);
    const named = old.filter((side) => like(side) && (mine.length === 0 || mine.includes(side.run.id)));
    // Several cells may train the same name: matches by recipe, else by position among the runs of that name, counted
    // from the last.
    const place = all.slice(index + 1).filter(like).length;
    const then = named.findLast(({ lock }) => lock.recipeHash === now.lock.recipeHash) ?? named.at(-1 - place);
    const about = { name: now.lock.name, now: now.run.id };
    if (!then) return { ...about, then: null, changed: [], numbers: null };
    const drawn = now.epsilon !== undefined;
    const changedNumbers = numbers(then, now);
    const compared = compareNumbers(drawn ? averageStepLosses(changedNumbers) : changedNumbers, drawn);
    const some = compared.losses + compared.scores > 0;
    return {
      ...about,
      then: then.run.id,
      changed: compareRunRecords(then, now).numbers,
      numbers: some ? compared : null,
    };
  });
}

/** The name in a run's id: `router-20261202-101500-abcdef`. */
const nameIn = (id: string): string => id.replace(/-\d{8}-\d{6}-[0-9a-f]{6}(?:-\d+)?$/, "");

/** Trainings only, oldest first; skips unreadable runs. */
function sidesIn(root: string): readonly ComparedRunRecord[] {
  if (!existsSync(root)) return [];
  const sides = readdirSync(root).flatMap((id): ComparedRunRecord[] => {
    const run = RunFolder.open(join(root, id));
    const lock = run.lock();
    if (!lock || lock.deployment || lock.replays !== undefined) return [];
    try {
      return [comparedRunRecordOf(run)];
    } catch {
      return []; // damaged, or of another version: not comparable
    }
  });
  return sides.sort((a, b) => a.lock.started.localeCompare(b.lock.started));
}
const keyOf = ({ lock: { name, trial } }: ComparedRunRecord): string =>
  `${name} ${trial ? `${trial.sweep} ${trial.number}` : ""}`;

function numbers(then: ComparedRunRecord, now: ComparedRunRecord): readonly RunNumberPair[] {
  const rows = now.lock.data?.splits["validation"] ?? null;
  const { moved } = scoreDifferencesOf(then.scores, now.scores);
  const scores = moved.flatMap(({ metric, on, here, there }): readonly RunNumberPair[] => {
    if (metric.startsWith("validation ") || here.value === null || there.value === null) return [];
    // Times depend on the machine's load, so they are not compared.
    if (metricCapabilities(metric, registry)?.outcomes.includes("time")) return [];
    const sort = metric === "loss" ? ("loss" as const) : ("score" as const);
    return [{ what: `${metric} on ${on}`, sort, then: here.value, now: there.value, rows: there.count }];
  });
  return [...numberPairsOf(then.run.events(), now.run.events(), rows), ...scores];
}
