/**
 * Pipeline of training steps. While the engine computes one request, the next one is already queued, so the engine
 * never waits for JavaScript: arrays are built and events drawn meanwhile. No request goes beyond `last`, where exactly
 * that step's weights are needed (a checkpoint, a validation). Steps end in order.
 *
 * With a request sent ahead, one more update follows a NaN or infinite loss before the loop sees that loss. This does
 * no harm: the update of the bad step has already spoilt the weights. Such a run leaves no weights but its checkpoints,
 * and a checkpoint is written only after the loss of its step was seen.
 */
import { mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { TrainingUpdate } from "../data/rows/loader.js";
import type { EngineSession } from "../engines/engine.js";
import { readScalar, scalarF32, scalarI32 } from "../engines/feeds.js";
import type { RowLogits, CompletedStep } from "./loop/step-source.js";

export interface StepPipelineOptions {
  readonly session: Pick<EngineSession, "run">;
  /**
   * Number of batches in an update. If it is above 1, or if an update has its own inputs for applying it, the session
   * has `accumulate` and `apply` instead of `train`.
   */
  readonly accumulate: number;
  /**
   * Whether several processes share each update: their sessions have `accumulate` and `apply`, whatever the number of
   * batches.
   */
  readonly shared?: boolean;
  update(step: number): TrainingUpdate;
  rate(step: number): number;
  /** Whether the programs return the logits of the training rows. */
  readonly seen?: boolean;
  /** Maximum number of pending requests. */
  readonly depth?: number;
}

interface Request {
  readonly step: number;
  /** Returns the rows of this request. */
  rows?(): Uint32Array | undefined;
  readonly program: string;
  readonly wanted: readonly string[];
  readonly ends: boolean;
  feeds(): Readonly<Record<string, NDArray>>;
}
interface Sent extends Request {
  readonly sentAt: number;
  readonly reply: Promise<Record<string, NDArray>>;
}

export class StepPipeline {
  private readonly sent: Sent[] = [];
  private readonly updates = new Map<number, TrainingUpdate>();
  /** Requests of the present step that are not sent yet. */
  private rest: Request[] = [];
  private sending: number;
  private losses = 0;
  /** Loss of the last update that had rows. */
  private lastLoss = 0;
  private seen: RowLogits[] = [];
  private ended = 0;
  private halted = false;
  private waiting: Promise<CompletedStep | null> = Promise.resolve(null);

  /** @param done the step after which it continues */
  constructor(
    private readonly options: StepPipelineOptions,
    done: number,
  ) {
    this.sending = done;
  }

  /** Returns the next complete step; null once it was stopped. Sends no request of a step after `last`. */
  next(last: number): Promise<CompletedStep | null> {
    return (this.waiting = this.whole(last));
  }

  /**
   * Sends nothing more and waits for pending requests.
   * @param done the last step that was taken
   * @returns the steps after it that they completed
   */
  async stop(done: number): Promise<readonly CompletedStep[]> {
    this.halted = true;
    const steps: CompletedStep[] = [];
    const first = await this.waiting;
    if (first && first.step > done) steps.push(first);
    while (this.sent.length > 0) {
      const step = await this.head();
      if (step) steps.push(step);
    }
    return steps;
  }

  private async whole(last: number): Promise<CompletedStep | null> {
    for (;;) {
      this.fill(last);
      if (this.sent.length === 0) return null;
      const step = await this.head();
      this.fill(last);
      if (step) return step;
    }
  }

  /** Waits for the oldest pending request; returns the step if that was its last request. */
  private async head(): Promise<CompletedStep | null> {
    const first = this.sent[0]!;
    const result = await first.reply;
    this.sent.shift();
    if (result["loss"]) this.losses += readScalar(result["loss"]);
    const rows = first.rows?.();
    if (rows && result["logits"]) this.seen.push({ rows, logits: result["logits"] });
    if (!first.ends) return null;
    const update = mustGet(this.updates, first.step, "update");
    this.updates.delete(first.step);
    const now = performance.now();
    const seconds = (now - Math.max(first.sentAt, this.ended)) / 1000;
    this.ended = now;
    const { epoch, tokens } = update;
    // An update without rows has no loss: it reports the previous one.
    const loss = update.parts > 0 || !update.apply ? this.losses : this.lastLoss;
    this.losses = 0;
    this.lastLoss = loss;
    const { seen } = this;
    this.seen = [];
    return {
      step: first.step,
      epoch,
      tokens,
      loss,
      counts: update.counts,
      norm: readScalar(result["norm"]),
      rate: this.options.rate(first.step),
      seconds,
      ...(this.options.seen && { logits: seen }),
    };
  }

  private fill(last: number): void {
    while (!this.halted && this.sent.length < (this.options.depth ?? 2)) {
      if (this.rest.length === 0) {
        if (this.sending >= last) return;
        this.sending += 1;
        this.rest = this.requests(this.sending);
      }
      const request = mustExist(this.rest.shift(), "the next request of an update");
      const reply = this.options.session.run(request.program, request.feeds(), request.wanted);
      reply.catch(() => undefined); // it is awaited in its turn
      this.sent.push({ ...request, sentAt: performance.now(), reply });
    }
  }

  private requests(step: number): Request[] {
    const update = this.options.update(step);
    this.updates.set(step, update);
    const rate = scalarF32(this.options.rate(step));
    const logits = this.options.seen ? ["logits"] : [];
    if (this.options.accumulate === 1 && !this.options.shared && !update.apply) {
      const holder = { rows: undefined as Uint32Array | undefined };
      const feeds = () => {
        const made = update.part(0);
        holder.rows = made.rows;
        return { ...made.feeds, rate, step: scalarI32(step) };
      };
      return [
        { step, program: "train", wanted: ["loss", "norm", ...logits], ends: true, feeds, rows: () => holder.rows },
      ];
    }
    // If no row counts, the loss is 0.
    const share = scalarF32(update.counts > 0 ? 1 / update.counts : 0);
    const parts = Array.from({ length: update.parts }, (_, part): Request => {
      const holder = { rows: undefined as Uint32Array | undefined };
      const feeds = () => {
        const made = update.part(part);
        holder.rows = made.rows;
        return { ...(!update.apply && { share }), ...made.feeds };
      };
      const program = update.programOf?.(part) ?? "accumulate";
      return { step, program, wanted: ["loss", ...logits], ends: false, feeds, rows: () => holder.rows };
    });
    const feeds = () => ({ rate, step: scalarI32(step), ...update.apply?.() });
    return [...parts, { step, program: "apply", wanted: ["norm"], ends: true, feeds }];
  }
}
