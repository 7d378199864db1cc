/** Requests to the session's models, answered one at a time: predictions, explanations, texts, and work on their weights. */
import type { GenerationSettings } from "#dsl/compiler/plan/action.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import type { AttributionRow } from "../display/scores/why.js";
import type { EngineSession } from "../engines/engine.js";
import { plainHostContext, type HostContext } from "../host/host-context.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { ContinuationPiece } from "../inference/continue-texts.js";
import { predictInputTexts } from "../inference/input-texts.js";
import { occlusionExplanations } from "../inference/occlusion.js";
import { type ModelPrompt, type TextTaskPrediction, readsContexts } from "../inference/prompts.js";
import { ATTRIBUTION_PROGRAM, explainPredictions } from "../inference/why.js";
import { writeTexts } from "../inference/write.js";
import { modelPlanOf, type ModelHandle } from "../models/model-handle.js";
import type { OpenedRun } from "../models/opened-run.js";
import type { SessionOptions } from "./execution-context.js";
import { NO_DATA_PLAN, NO_DATA_PAIR_PLAN, type ModelCache, type PredictableModel } from "./model-cache.js";

/** Parts of the session that requests depend on. */
export interface RequestSession {
  readonly options: Pick<SessionOptions, "folder">;
  readonly weights: ModelCache;
}

export class ModelRequests {
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly session: RequestSession) {}

  /**
   * Continues the prompts piece by piece. Other requests wait until the last piece, or until the caller stops reading.
   */
  async *write(
    handle: ModelHandle,
    prompts: readonly ModelPrompt[],
    options: GenerationSettings & { readonly batch_size: number },
    s: HostContext = plainHostContext(this.session.options.folder),
    signal?: AbortSignal,
  ): AsyncGenerator<ContinuationPiece, void, void> {
    const { done, turn } = this.wait();
    await turn;
    try {
      if (prompts.length === 0) return;
      const { open, base, tokenizer } = await this.session.weights.writer(handle, s);
      const decoder = { call: options.decode, implementation: await loadImplementation(options.decode, "decoder") };
      const writer = { model: modelPlanOf(handle), base, tokenizer, session: open.session };
      yield* writeTexts(writer, prompts, { ...options, decoder }, signal);
    } finally {
      done();
    }
  }

  /** Takes a turn in the queue of predictions; `done` must be called. */
  private wait(): { readonly turn: Promise<unknown>; readonly done: () => void } {
    const turn = this.queue;
    let done = (): void => undefined;
    this.queue = new Promise<void>((resolve) => (done = resolve));
    return { turn, done: () => done() };
  }

  /** Runs work on a trained model while other requests wait. */
  inTurn<T>(handle: ModelHandle, s: HostContext, does: (options: OpenedRun) => Promise<T>): Promise<T> {
    const work = this.queue.then(async () => does(await this.session.weights.opened(handle, s)));
    this.queue = work.catch(() => undefined);
    return work;
  }

  /** Predicts one request at a time: two predictions must not close each other's model. */
  predict(
    handle: ModelHandle,
    texts: readonly PredictionInput[],
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<readonly TextTaskPrediction[]> {
    return this.asking(
      handle,
      texts,
      s,
      async (asked) => (await predictInputTexts(texts, asked, handle.name)).predictions,
    );
  }

  /** Returns which words supported the predictions for some texts; for tasks with logits of complete texts. */
  why(
    handle: ModelHandle,
    texts: readonly PredictionInput[],
    options: {
      readonly how: "left_out" | "gradient";
      readonly hostContext: HostContext;
      readonly signal?: AbortSignal;
    },
  ): Promise<readonly AttributionRow[]> {
    const { how, hostContext, signal } = options;
    return this.asking(handle, texts, hostContext, async (asked) => {
      const { session, open } = asked;
      if (how === "left_out") return occlusionExplanations(texts, asked, handle.name, signal);
      if (!session.programs.includes(ATTRIBUTION_PROGRAM)) await session.add({ [ATTRIBUTION_PROGRAM]: open.why() }, []);
      return explainPredictions(texts, asked, await predictInputTexts(texts, asked, handle.name), signal);
    });
  }

  private asking<T>(
    handle: ModelHandle,
    texts: readonly PredictionInput[],
    s: HostContext,
    does: (
      asked: PredictableModel & { readonly session: EngineSession; readonly fitted: FittedCalibration | null },
    ) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const work = this.queue.then(async () => {
      if (texts.length === 0) return [];
      const inPairs = !readsContexts(handle.plan.task) && texts.every((text) => typeof text !== "string");
      const asked = await this.session.weights.askable(handle, inPairs ? NO_DATA_PAIR_PLAN : NO_DATA_PLAN, s);
      return does({ ...asked, session: asked.open.session, fitted: handle.fitted });
    });
    this.queue = work.catch(() => undefined);
    return work;
  }
}
