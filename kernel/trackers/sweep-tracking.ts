/**
 * A sweep as trackers see it: the parent run of its trials. Its folder (the lock's, next to the journal) contains its
 * description, `sweep.json`, and its events, `told.jsonl`: each ended trial's score and the best so far.
 */
import { existsSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { TrackedSettingValue, TrackedRun, VariedSetting } from "#stdlib/trackers/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { PRIVATE_MODES } from "../fetch/private.js";
import { toRunFolderError } from "../runs/folder-errors.js";
import { quoteNonFinite } from "../runs/log-lines.js";
import { appendLine } from "../runs/run-folder.js";
import { lockHolderOf } from "../runs/run-lock.js";
import { readRegularJson, readRegularFile } from "../runs/read-events.js";
import { code, joinParagraphs, escapeMarkdown, table as markdownTable } from "../display/markdown.js";
import { isBetter } from "../display/sweeps/view.js";
import type { TrialRecord } from "../study/trial.js";
import { objectWith, anyNumber, schemaGuard, dictionaryOf, type Schema } from "../fetch/json.js";
import { sweepEndOf, SWEEP_EVENTS_FILE } from "./event-reader.js";
import type { RunTrackingState } from "./tracking.js";
import { sweepSettings, variedSettings } from "./sweep-settings.js";

const FILE = "sweep.json";
interface SweepFile {
  readonly version: 1;
  readonly name: string;
  readonly began: number;
  readonly settings: Readonly<Record<string, TrackedSettingValue>>;
  readonly varied: readonly VariedSetting[];
  readonly goals: TrackedRun["goals"];
  readonly about: string;
}
const setting = v.union([v.string(), v.number(), v.boolean()]);
const schema: Schema<SweepFile> = objectWith({
  version: v.literal(1),
  name: v.string(),
  began: anyNumber,
  settings: dictionaryOf(setting),
  varied: v.array(
    objectWith({
      path: v.string(),
      is: v.picklist(["text", "number"]),
      between: v.nullable(v.tuple([anyNumber, anyNumber])),
      options: v.array(setting),
    }),
  ),
  goals: v.array(objectWith({ metric: v.string(), direction: v.picklist(["maximize", "minimize"]) })),
  about: v.string(),
});
const isSweepFile = schemaGuard(schema);

export function isSweepFolder(folder: string): boolean {
  return existsSync(join(folder, FILE));
}

/** Writes the sweep's description, once. */
export function writeSweepDescription(folder: string, name: string, sweep: SweepPlan): void {
  const file = join(folder, FILE);
  if (existsSync(file)) return;
  const goals = sweep.goals.map(({ metric, direction }) => ({ metric: metricName(metric, registry), direction }));
  const settings = sweepSettings(sweep);
  const rows = Object.entries(settings).map(([key, value]) => [code(key), code(String(value))]);
  const whole: SweepFile = {
    version: 1,
    name,
    began: Date.now(),
    settings,
    varied: variedSettings(sweep),
    goals,
    about: joinParagraphs(
      `**${escapeMarkdown(name)}**: a sweep of ${escapeMarkdown(sweep.model)} on ${escapeMarkdown(sweep.data)}.`,
      markdownTable(["", ""], rows),
    ),
  };
  try {
    writeFileSync(file, `${JSON.stringify(whole, quoteNonFinite, 1)}\n`, { flag: "wx", mode: PRIVATE_MODES.file });
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}

/** Returns null if the sweep's description cannot be read. */
export function trackedSweepOf(folder: string, { experiment, source }: RunTrackingState): TrackedRun | null {
  const found = readRegularJson(join(folder, FILE));
  if (!isSweepFile(found)) return null;
  const { name, began, settings, varied, goals, about } = found;
  const end = sweepEndOf(folder);
  const ended = end
    ? ({ at: end.at, as: end.reason === "finished" || end.reason === "failed" ? end.reason : "killed" } as const)
    : lockHolderOf(folder) === null
      ? ({ at: Date.now(), as: "killed" } as const)
      : null;
  return {
    id: basename(folder),
    is: "sweep",
    name,
    experiment,
    began,
    settings,
    facts: {},
    about,
    parentRun: null,
    varied,
    goals,
    ended,
    source: { name: source, commit: null },
  };
}

/** Appends new events to `told.jsonl`. There is one writer for each run of a sweep's cell. */
export class SweepEventWriter {
  private readonly file: string;
  private readonly known: Set<number>;

  constructor(
    folder: string,
    private readonly goal: TrackedRun["goals"][number],
  ) {
    this.file = join(folder, SWEEP_EVENTS_FILE);
    this.known = new Set(
      (readRegularFile(this.file) ?? "")
        .split("\n")
        .flatMap((one) => Number(/"trial":(\d+)/.exec(one)?.[1] ?? "x") || []),
    );
    this.add({ begun: true });
  }

  /** Returns whether anything was written. */
  trials(ended: readonly TrialRecord[]): boolean {
    const fresh = ended.filter(({ number }) => !this.known.has(number)).sort((a, b) => a.number - b.number);
    for (const { number, score, state, seconds } of fresh) {
      this.known.add(number);
      const best = ended
        .filter((one) => one.number <= number && one.state === "done")
        .reduce<number | null>((so, one) => bestOf(so, one.score, this.goal), null);
      const values = {
        seconds,
        ...(score !== null && state === "done" && { [this.goal.metric]: score }),
        ...(best !== null && { [`best ${this.goal.metric}`]: best }),
      };
      this.add({ group: "trials", step: number, trial: number, values });
    }
    return fresh.length > 0;
  }
  ended(as: "finished" | "failed" | "killed"): void {
    this.add({ ended: as });
  }

  private add(record: object): void {
    try {
      appendLine(this.file, JSON.stringify({ at: new Date().toISOString(), ...record }, quoteNonFinite));
    } catch (error) {
      throw toRunFolderError(error, this.file);
    }
  }
}

function bestOf(so: number | null, score: number | null, goal: TrackedRun["goals"][number]): number | null {
  if (score === null || !Number.isFinite(score)) return so;
  return so === null || isBetter(score, so, goal) ? score : so;
}
