/** Compares runs: overlaid curves, scores, and differing settings. Read-only. */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  comparedCurvesFigure,
  curveStyleOf,
  type CurveXAxis,
  type CurveSeries,
} from "../../display/curves/compared-curves.js";
import type { Figure } from "../../display/figure.js";
import { significantText } from "../../host/value-text.js";
import { downsampleFigure } from "../../display/curves/thin.js";
import { settingTexts } from "./differences.js";
import type { RunEvent } from "../../events/events.js";
import { shortDataHash, type ListedScore, isLiveState, type RunState, type RunSummary } from "./newest-scores.js";
import { parseRunEvents, readRegularJson, readRegularFile } from "../read-events.js";
import { isValidPlan } from "../plan-schema.js";
import { isPinnedRunFacts } from "../run-folder.js";
import type { RunList } from "./run-list.js";
import { readFileStampAsync } from "../../fetch/stamp.js";

export interface RunComparisonRequest {
  /** Run ids with their colour index. */
  readonly runs: readonly { readonly id: string; readonly slot: number }[];
  readonly along: CurveXAxis;
  readonly smooth: boolean;
}
export interface ComparedRun {
  readonly id: string;
  /** Its name, made unique if two runs have the same. */
  readonly label: string;
  readonly state: RunState;
  readonly color: string;
  readonly dash: string;
  readonly tags: readonly string[];
}
export interface ScoreCell {
  readonly value: string;
  readonly interval: string | null;
  readonly why?: string;
  /** Best value of its row, if several runs have one. */
  readonly best: boolean;
}
export interface RunComparison {
  /** Changes with any of the content. */
  readonly revision: string;
  readonly runs: readonly ComparedRun[];
  /** Requested runs that no longer exist. */
  readonly gone: readonly string[];
  readonly figure: Figure | null;
  /** One row per metric and data set, with one cell per run. */
  readonly scores: readonly {
    readonly metric: string;
    readonly on: string;
    readonly better: MetricDirection;
    readonly cells: readonly (ScoreCell | null)[];
  }[];
  readonly settings: readonly {
    readonly setting: string;
    readonly values: readonly (string | null)[];
    readonly differs: boolean;
  }[];
}
/** Maximum number of runs: more curves cannot be distinguished. */
export const MAX_COMPARED_RUNS = 16;

interface Kept {
  readonly stamp: string;
  readonly series: CurveSeries;
}

export class RunComparer {
  private readonly cache = new Map<string, Kept>();
  private readonly settings = new Map<string, ReadonlyMap<string, string>>();

  constructor(private readonly list: RunList) {}

  /** Compares the runs in the state that the list last read. */
  async compared(request: RunComparisonRequest): Promise<RunComparison> {
    const wanted = request.runs.slice(0, MAX_COMPARED_RUNS);
    const found = wanted.flatMap(({ id, slot }) => {
      const summary = this.list.get(id);
      return summary ? [{ summary, slot }] : [];
    });
    for (const cache of [this.cache, this.settings])
      for (const id of cache.keys()) if (!wanted.some((one) => one.id === id)) cache.delete(id);
    const labels = labelsOf(found.map(({ summary }) => summary));
    const series = await Promise.all(found.map(({ summary }) => this.seriesOf(summary.id)));
    const settings = await Promise.all(found.map(({ summary }) => this.settingsOf(summary)));
    const runs = found.map(({ summary: { id, state, tags }, slot }, i): ComparedRun => ({
      id,
      label: labels[i]!,
      state,
      ...curveStyleOf(slot),
      tags,
    }));
    const rest = {
      runs,
      gone: wanted.flatMap(({ id }) => (found.some(({ summary }) => summary.id === id) ? [] : [id])),
      scores: scoresOf(found.map(({ summary }) => summary)),
      settings: compareSettings(settings),
    };
    const stamps = found.map(({ summary }) => `${summary.id} ${this.cache.get(summary.id)?.stamp ?? ""}`);
    const curves = found.map(({ slot }, i) => ({ slot, label: labels[i]!, series: series[i]! }));
    const drawn = curves.some((one) => one.series.loss.y.length > 0 || one.series.scores.size > 0);
    return {
      revision: createHash("sha256")
        .update(JSON.stringify([request, stamps, rest]))
        .digest("hex")
        .slice(0, 24),
      ...rest,
      figure: drawn ? downsampleFigure(comparedCurvesFigure(curves, request)) : null,
    };
  }

  private async seriesOf(id: string): Promise<CurveSeries> {
    const path = join(this.list.root, id, "events.jsonl");
    const stamp = (await readFileStampAsync(path)) ?? "";
    const before = this.cache.get(id);
    if (before?.stamp === stamp) return before.series;
    const series = runSeriesOf(stamp === "" ? [] : parseRunEvents(readRegularFile(path) ?? ""));
    this.cache.set(id, { stamp, series });
    return series;
  }
  private async settingsOf({ id, state }: RunSummary): Promise<ReadonlyMap<string, string>> {
    const before = this.settings.get(id);
    if (before) return before;
    const [plan, lock] = ["plan.json", "lock.json"].map(
      (name) => readRegularJson(join(this.list.root, id, name)) ?? null,
    );
    const found = isValidPlan(plan)
      ? settingTexts({ plan, lock: isPinnedRunFacts(lock) ? lock : null })
      : new Map<string, string>();
    if (found.size > 0 || !isLiveState(state)) this.settings.set(id, found);
    return found;
  }
}

/** Returns steps with their time and tokens, cumulative from the first step. */
export function runSeriesOf(events: readonly RunEvent[]): CurveSeries {
  const loss = { step: [] as number[], seconds: [] as number[], tokens: [] as number[], y: [] as (number | null)[] };
  const scores = new Map<string, typeof loss>();
  let [seconds, tokens] = [0, 0];
  for (const event of events) {
    if (event.kind === "step") {
      seconds += Number.isFinite(event.seconds) ? event.seconds : 0;
      tokens += Number.isFinite(event.tokens) ? event.tokens : 0;
      add(loss, event.step, event.loss);
    } else if (event.kind === "evaluated")
      for (const [name, value] of Object.entries(event.metrics)) {
        const key = `${event.split} ${name}`;
        const on = scores.get(key) ?? { step: [], seconds: [], tokens: [], y: [] };
        scores.set(key, on);
        add(on, event.step, value);
      }
  }
  function add(on: typeof loss, step: number, value: number): void {
    on.step.push(step);
    on.seconds.push(Number(seconds.toPrecision(6)));
    on.tokens.push(tokens);
    on.y.push(Number.isFinite(value) ? value : null);
  }
  return { loss, scores };
}

function labelsOf(runs: readonly RunSummary[]): readonly string[] {
  return runs.map(({ name, id }) =>
    runs.filter((one) => one.name === name).length > 1
      ? `${name} ${id.startsWith(`${name}-`) ? id.slice(name.length + 1) : id}`
      : name,
  );
}

function scoresOf(runs: readonly RunSummary[]): RunComparison["scores"] {
  const lines = new Map<string, ListedScore>();
  for (const run of runs) for (const one of run.scores) if (!lines.has(keyOf(one))) lines.set(keyOf(one), one);
  const twice = (one: ListedScore): boolean =>
    [...lines.values()].filter((other) => other.metric === one.metric && other.on === one.on).length > 1;
  return [...lines].map(([key, line]) => {
    const cells = runs.map((run) => run.scores.find((one) => keyOf(one) === key) ?? null);
    const values = cells.flatMap((one) => (one?.value === null || one === null ? [] : [one.value]));
    const best = values.length < 2 ? null : bestOf(values, line.better);
    return {
      metric: line.metric,
      better: line.better,
      on: twice(line) ? `${line.on} (content ${shortDataHash(line.rows)})` : line.on,
      cells: cells.map(
        (one) =>
          one && {
            value: one.value === null ? "NaN" : significantText(one.value),
            interval: intervalOf(one),
            ...(one.why !== undefined && { why: one.why }),
            best: one.value !== null && best !== null && significantText(one.value) === significantText(best),
          },
      ),
    };
  });
}
/** Returns null if the metric has no direction. */
function bestOf(values: readonly number[], better: MetricDirection): number | null {
  if (better === "none") return null;
  return better === "less" ? Math.min(...values) : Math.max(...values);
}
const keyOf = ({ metric, rows }: ListedScore): string => `${metric} @ ${rows}`;
function intervalOf({ low, high }: ListedScore): string | null {
  return low === null || high === null ? null : `${significantText(low)} – ${significantText(high)}`;
}

function compareSettings(all: readonly ReadonlyMap<string, string>[]): RunComparison["settings"] {
  return [...new Set(all.flatMap((one) => [...one.keys()]))].map((setting) => {
    const values = all.map((one) => one.get(setting) ?? null);
    return { setting, values, differs: new Set(values).size > 1 };
  });
}
