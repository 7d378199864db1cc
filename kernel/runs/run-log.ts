/**
 * Summarizes an event log incrementally as the file grows. It tolerates any content: torn lines, lines of other
 * programs, invalid numbers. Memory stays small however long the log is.
 */
import * as v from "valibot";
import { schemaGuard } from "../fetch/json.js";
import { parseLogLine } from "./log-lines.js";
import { isProcessIdentity, type ProcessIdentity } from "./writer.js";
import { finiteNumber } from "../events/finite.js";

export interface ValidationScores {
  readonly step: number;
  readonly scores: Readonly<Record<string, number>>;
}
type Ended = "done" | "early" | "interrupted" | "failed";
const isEnding = schemaGuard(v.picklist(["done", "early", "interrupted", "failed"]));
/** Number of points of the loss curve; up to four times as many are stored before they are thinned. */
const points = 48;
/** Maximum length of a line; no event is longer, so a longer line was written by another program. */
const longest = 1 << 20;

export class RunLog {
  /** Start of the run's first part, and time of the last event. */
  begun: string | null = null;
  last: string | null = null;
  engine: string | null = null;
  writer: ProcessIdentity | null = null;
  steps: number | null = null;
  step = 0;
  epoch = 0;
  loss: number | null = null;
  /**
   * Greatest ε reported by any step, including steps that were discarded on resuming; null if training is not private.
   */
  epsilon: number | null = null;
  /** Duration of the complete run, once it has ended. */
  seconds: number | null = null;
  stopping = false;
  ended: Ended | null = null;
  /** Step of the best checkpoint, and the validation scores by step. */
  private best: number | null = null;
  private readonly scored = new Map<number, Readonly<Record<string, number>>>();
  private curved: { step: number; loss: number }[] = [];
  private every = 1;
  private rest = "";
  private recent: { seconds: number; tokens: number }[] = [];

  /** Takes the next piece of the file; it may end within a line. */
  take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    if (this.rest.length > longest) this.rest = "";
    for (const line of lines)
      if (line !== "" && line.length <= longest) for (const event of parseLogLine(line, "at")) this.event(event);
  }

  get curve(): readonly number[] {
    return this.curved.filter((_, i) => i % this.stride === 0).map(({ loss }) => Number(loss.toPrecision(4)));
  }
  private get stride(): number {
    return Math.max(1, Math.ceil(this.curved.length / points));
  }
  /** Scores of the step with the best checkpoint, else of the last validation; the loss comes last. */
  get validated(): ValidationScores | null {
    const step = this.best !== null && this.scored.has(this.best) ? this.best : [...this.scored.keys()].at(-1);
    const scores = step === undefined ? undefined : this.scored.get(step);
    if (!scores || step === undefined) return null;
    const { loss, ...others } = scores;
    return { step, scores: { ...others, ...(loss !== undefined && { loss }) } };
  }
  /** Seconds per step and tokens per second, over the latest steps. */
  get pace(): { readonly seconds: number; readonly tokens: number } | null {
    const seconds = this.recent.reduce((sum, one) => sum + one.seconds, 0);
    if (this.recent.length === 0 || seconds <= 0) return null;
    return {
      seconds: seconds / this.recent.length,
      tokens: this.recent.reduce((sum, one) => sum + one.tokens, 0) / seconds,
    };
  }

  private event(event: Readonly<Record<string, unknown>>): void {
    const { at: time, kind } = event;
    if (typeof time === "string") this.last = time;
    if (kind === "started") this.started(event);
    else if (kind === "step") this.stepped(event);
    else if (kind === "evaluated") this.evaluated(event);
    else if (kind === "checkpoint" && event["best"] === true) this.best = finiteNumber(event["step"]);
    else if (kind === "stopping") this.stopping = true;
    else if (kind === "stopped") this.stopped(event);
  }
  private started(event: Readonly<Record<string, unknown>>): void {
    const { at: time, engine, steps, resumedFrom, process } = event;
    if (this.begun === null && typeof time === "string") this.begun = time;
    this.engine = typeof engine === "string" ? engine : null;
    this.steps = finiteNumber(steps);
    this.writer = isProcessIdentity(process) ? process : null;
    this.ended = null;
    this.stopping = false;
    this.recent = [];
    // A resumed training repeats the steps after its checkpoint.
    const from = finiteNumber(resumedFrom) ?? 0;
    this.curved = this.curved.filter((one) => one.step <= from);
    for (const step of this.scored.keys()) if (step > from) this.scored.delete(step);
    this.step = Math.min(this.step, from);
    this.loss = this.curved.at(-1)?.loss ?? null;
  }
  private stepped(event: Readonly<Record<string, unknown>>): void {
    const step = finiteNumber(event["step"]);
    if (step === null) return;
    const loss = finiteNumber(event["loss"]);
    this.step = step;
    this.epoch = finiteNumber(event["epoch"]) ?? this.epoch;
    this.loss = loss;
    const spent = finiteNumber(event["epsilon"]);
    if (spent !== null) this.epsilon = Math.max(this.epsilon ?? 0, spent);
    const seconds = finiteNumber(event["seconds"]);
    if (seconds !== null)
      this.recent = [...this.recent.slice(-19), { seconds, tokens: finiteNumber(event["tokens"]) ?? 0 }];
    if (loss === null || step % this.every !== 0) return;
    this.curved.push({ step, loss });
    if (this.curved.length < 4 * points) return;
    this.every *= 2;
    this.curved = this.curved.filter((one) => one.step % this.every === 0);
  }
  private evaluated(event: Readonly<Record<string, unknown>>): void {
    const step = finiteNumber(event["step"]);
    const { metrics } = event;
    if (step === null || typeof metrics !== "object" || metrics === null) return;
    const scores = Object.entries(metrics).flatMap(([name, value]): [string, number][] => {
      const score = finiteNumber(value);
      return score === null ? [] : [[name, score]];
    });
    this.scored.set(step, Object.fromEntries(scores));
    // Only the best and the newest scores are needed.
    for (const old of this.scored.keys()) if (this.scored.size > 64 && old !== this.best) this.scored.delete(old);
  }
  private stopped(event: Readonly<Record<string, unknown>>): void {
    const { reason } = event;
    this.ended = isEnding(reason) ? reason : "failed";
    this.seconds = finiteNumber(event["seconds"]);
    this.step = finiteNumber(event["step"]) ?? this.step;
    this.stopping = false;
  }
}
