/**
 * A model as TypeScript sees it: `router.history`, `await router.predict([...])`. The same object from `model` on; training
 * fills it, changing its definition empties it.
 */
import type { ModelPlan, Plan } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/check/codes.js";
import type { RunEvent } from "./events.js";
import type { Checkpoint } from "./checkpoints.js";
import "./codes.js";

export interface StepRow {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly rate: number;
  readonly norm: number;
  readonly tokens: number;
  readonly seconds: number;
}
export interface Prediction {
  readonly text: string;
  readonly label: string;
  /** Of `label`. */
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
}
/** The weights a model has now. */
export interface Weights {
  readonly plan: Plan;
  readonly folder: string;
  readonly labels: readonly string[];
  /** The checkpoint that holds them. */
  readonly checkpoint: Checkpoint;
  readonly events: readonly RunEvent[];
  /** Settles when the engine has written what was under way. */
  readonly settled: Promise<void>;
  readonly complete: boolean;
}

export class ModelHandle {
  weights: Weights | null = null;
  constructor(
    readonly name: string,
    readonly plan: ModelPlan,
    private readonly predictor: (model: ModelHandle, texts: readonly string[]) => Promise<readonly Prediction[]>,
  ) {}

  get trained(): boolean {
    return this.weights?.complete ?? false;
  }
  /** One row per training step of the last run. */
  get history(): readonly StepRow[] {
    return (this.weights?.events ?? []).flatMap((e) =>
      e.kind === "step" ? [{ step: e.step, epoch: e.epoch, loss: e.loss, rate: e.rate, norm: e.norm, tokens: e.tokens, seconds: e.seconds }] : [],
    );
  }
  /** Scores on the validation split, one row per validation. */
  get validations(): readonly Readonly<Record<string, number>>[] {
    return (this.weights?.events ?? []).flatMap((e) => (e.kind === "evaluated" ? [{ step: e.step, ...e.metrics }] : []));
  }
  /** Folder of the run that made the weights. */
  get folder(): string | null {
    return this.weights?.folder ?? null;
  }
  get labels(): readonly string[] {
    return this.weights?.labels ?? [];
  }

  /** Labels and probabilities of texts; one text may stand for a list of one. Coded errors `not-trained`, `texts-expected`. */
  async predict(texts: string | readonly string[]): Promise<readonly Prediction[]> {
    const list: unknown = typeof texts === "string" ? [texts] : texts;
    if (!Array.isArray(list)) throw new CodedError("texts-expected", { got: typeof texts });
    const wrong = list.findIndex((text) => typeof text !== "string");
    if (wrong >= 0) throw new CodedError("texts-expected", { got: `${typeof list[wrong]} at position ${wrong}` });
    return this.predictor(this, list as string[]);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const base = `${this.name}: ${this.plan.task.word} on ${this.plan.base}, ${this.plan.technique.word}`;
    if (!this.weights) return `${base}, not trained`;
    const last = this.history.at(-1);
    return `${base}, ${this.history.length} steps${last ? `, last loss ${last.loss.toFixed(4)}` : ""}`;
  }
}

/** The TypeScript type of a model, as text for the cells. */
export const modelType = `{
  readonly name: string;
  /** Whether it has weights of a finished training. */
  readonly trained: boolean;
  /** One row per training step of the last run. */
  readonly history: readonly { readonly step: number; readonly epoch: number; readonly loss: number; readonly rate: number; readonly norm: number; readonly tokens: number; readonly seconds: number }[];
  /** Scores on the validation split. */
  readonly validations: readonly Readonly<Record<string, number>>[];
  /** Folder of the run that made the weights. */
  readonly folder: string | null;
  readonly labels: readonly string[];
  /** Labels and probabilities of texts. */
  predict(texts: string | readonly string[]): Promise<readonly { readonly text: string; readonly label: string; readonly probability: number; readonly probabilities: Readonly<Record<string, number>> }[]>;
}`;
