/** A model that takes requests while its engine or process may come and go. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Engine } from "../../../engines/engine.js";
import type { PredictionInput } from "../../../data/encoding/encoded.js";
import type {
  PredictionForText,
  GenerationRequestOptions,
  TextChunk,
  ComputeListener,
  TokenVectorsRequest,
  EmbedRequest,
  TextEmbedding,
  ServingLimits,
  ModelLoad,
  ServedModel,
  TokenizeRequest,
  TokenVectors,
  GenerationRequest,
  TextGeneration,
} from "../contract.js";
import { BatchedPredictor } from "./batched-predictor.js";
import { modelCannotError, writesTexts } from "../model-types.js";
import type { ModelSource, ServedModelMetadata, OpenModelSource } from "./model-source.js";
import { trackSessionHealth } from "./health.js";
import { writerListenerOf } from "./writer-metrics.js";
import { decodeTokens, tokenizeTexts } from "./tokens.js";

// The `Retry-After` of a model that is temporarily unavailable.

/** Maximum seconds that a client is told to wait. */
const LONGEST = 60;

/**
 * Seconds after which a client should ask again for a model that is expected back in `ms`. A negative `ms` means that the
 * model is overdue: the wait is half the delay so far.
 */
export function retryAfterSeconds(ms: number): number {
  return Math.max(1, Math.min(LONGEST, Math.ceil((ms > 0 ? ms : -ms / 2) / 1000)));
}

/** The first request to a generative model, for warm-up. */
const SHORT: GenerationRequest = {
  prompt: "a",
  maxTokens: 2,
  stop: [],
  choices: 1,
  truncate: true,
  sampling: { temperature: 0 },
};
/** Error codes of a computation whose process or model is gone: not the client's fault. */
const GONE: ReadonlySet<string> = new Set(["engine-died", "engine-closed", "writer-closed"]);
const OPENING = "it is being opened";
/** The reason that clients get while its engine or process restarts. */
export const ENGINE_LOST_REASON = "its engine ended and is restarting";

export interface ServableModelOptions {
  readonly limits: ServingLimits;
  readonly card: () => boolean;
  readonly computing?: ComputeListener;
}
export interface ModelOutage {
  /** Reason for later requests, as a clause. */
  readonly why: string;
  /** Milliseconds until it is probably back. Defaults to soon. */
  readonly back?: number;
}

export class ServableModel implements ServedModel {
  private body: OpenModelSource | null = null;
  private why = OPENING;
  /** Whether it has run once. */
  private warm = false;
  /** When it is probably back, by the clock of `performance`. */
  private due = 0;
  private answering: BatchedPredictor | null = null;
  /** Counters of earlier writers. */
  private readonly before = { batches: 0, tokensRead: 0, tokensWritten: 0, tokensCached: 0 };
  readonly sort: ServedModelMetadata["sort"];
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly pairs: boolean;
  readonly ranks: boolean;
  maxLength: number;
  readonly root: string | null;
  readonly created: number;
  chats = false;
  tools = false;

  private constructor(
    readonly name: string,
    readonly found: ModelSource,
  ) {
    const { facts, ways } = found;
    this.sort = facts.sort;
    this.labels = facts.labels;
    this.several = facts.several;
    this.pairs = ways.texts === null && facts.sort !== "answers";
    this.ranks = facts.sort === "number" && ways.pairs !== null;
    this.maxLength = facts.maxLength;
    this.root = facts.root;
    this.created = facts.created;
  }

  /** It accepts requests once it has a body. */
  static async create(name: string, found: ModelSource, options: ServableModelOptions): Promise<ServableModel> {
    const served = new ServableModel(name, found);
    const body = (): OpenModelSource => served.open;
    if (!writesTexts(served.sort)) served.answering = await BatchedPredictor.open({ name, found, ...options, body });
    return served;
  }

  /** True if it accepts requests now; else the reason. */
  get ready(): true | string {
    return this.body && this.warm ? true : this.why;
  }
  /** The error for requests while it is unavailable. */
  get notNow(): CodedError<"model-opening"> {
    const { name, why, due } = this;
    return new CodedError("model-opening", {
      name,
      why,
      seconds: due === 0 ? 1 : retryAfterSeconds(due - performance.now()),
    });
  }
  get opened(): OpenModelSource | null {
    return this.body;
  }
  /** Opens it, and gives it the opened body. `engine`: starts the engine that it runs in, or that does additional work. */
  async openIn(
    engine: () => Promise<Engine>,
    { limits, computing }: Pick<ServableModelOptions, "limits" | "computing">,
  ): Promise<OpenModelSource> {
    const listener = computing && writerListenerOf(this.name, computing);
    const open = await this.found.open(engine, {
      name: this.name,
      slots: limits.streams,
      ...(listener && { listener }),
    });
    const body = { ...open, session: trackSessionHealth(open.session) };
    try {
      await this.give(body);
    } catch (error) {
      if (this.opened === body) await this.lose({ why: ENGINE_LOST_REASON });
      throw error;
    }
    return body;
  }

  /** Sets the open model and runs it once, so that no request waits for compilation. */
  async give(body: OpenModelSource): Promise<void> {
    this.body = body;
    const { writes } = body;
    if (writes) [this.chats, this.tools] = [writes.chats, writes.tools];
    if (writes && this.sort === "continues") this.maxLength = writes.room;
    await this.probe();
    if (this.body === body) this.warm = true;
  }
  /** Runs a small computation on the open model. */
  async probe(): Promise<void> {
    const { writes } = this.open;
    if (writes) await wholly(await writes.write(SHORT));
    await this.answering?.warm();
  }
  /** Marks its process as gone: requests in progress end, and later ones are rejected until it is back. */
  async lose({ why, back }: ModelOutage): Promise<void> {
    const { body } = this;
    const load = body?.writes?.load();
    if (load) {
      this.before.batches += load.steps;
      this.before.tokensRead += load.tokensRead;
      this.before.tokensWritten += load.tokensWritten;
      this.before.tokensCached += load.tokensCached;
    }
    this.body = null;
    this.warm = false;
    this.why = why;
    this.due = back === undefined ? 0 : performance.now() + back;
    this.answering?.fail(this.notNow);
    // If the process is gone, there is nothing left to close.
    await body?.close().catch(() => undefined);
  }

  async predict(
    texts: readonly PredictionInput[],
    options: GenerationRequestOptions,
  ): Promise<readonly PredictionForText[]> {
    if (!this.answering) throw modelCannotError(this, "predictions for texts");
    return this.explained(this.answering.predict(texts, options));
  }
  async embed(texts: readonly string[], options: EmbedRequest): Promise<readonly TextEmbedding[]> {
    if (!this.answering || this.sort !== "embeds") throw modelCannotError(this, "vectors");
    return this.explained(this.answering.embed(texts, options));
  }
  async embedAll(texts: readonly string[], options: TokenVectorsRequest): Promise<readonly TokenVectors[] | null> {
    if (!this.answering || this.sort !== "embeds") throw modelCannotError(this, "vectors");
    if (!this.found.inEngine) throw modelCannotError(this, "vectors of tokens (its own runtime computes it)");
    return this.explained(this.answering.embedAll(texts, options));
  }
  async write(options: GenerationRequest): Promise<TextGeneration> {
    if (!writesTexts(this.sort)) throw modelCannotError(this, "texts");
    const { writes } = this.open;
    if (!writes) throw modelCannotError(this, "texts");
    const writing = await this.explained(writes.write(options));
    return {
      promptTokens: writing.promptTokens,
      get cachedTokens() {
        return writing.cachedTokens;
      },
      cut: writing.cut,
      [Symbol.asyncIterator]: () => this.bitsOf(writing),
    };
  }
  private bitsOf(writing: TextGeneration): AsyncIterator<TextChunk> {
    const bits = writing[Symbol.asyncIterator]();
    const end = { done: true, value: undefined } as const;
    // Not a generator: one that was never started would end without stopping the generation.
    return {
      next: () => this.explained(bits.next()),
      return: async () => (await bits.return?.()) ?? end,
    };
  }
  tokenize(texts: readonly string[], options: TokenizeRequest): ReturnType<ServedModel["tokenize"]> {
    return tokenizeTexts(this.found.tokenizer, texts, options);
  }
  decode(ids: readonly Int32Array[], specials: boolean): Promise<readonly string[]> {
    return decodeTokens(this.found.tokenizer, ids, specials);
  }

  load(): ModelLoad {
    const gathered = this.answering?.load();
    const written = this.body?.writes?.load();
    const { before } = this;
    return {
      waiting: gathered?.waiting ?? written?.waiting ?? 0,
      working: gathered?.working ?? written?.working ?? 0,
      batches: gathered?.batches ?? before.batches + (written?.steps ?? 0),
      tokensRead: this.answering?.tokensRead ?? before.tokensRead + (written?.tokensRead ?? 0),
      tokensWritten: before.tokensWritten + (written?.tokensWritten ?? 0),
      tokensCached: before.tokensCached + (written?.tokensCached ?? 0),
    };
  }

  close(): Promise<void> {
    return this.lose({ why: "it is closed" });
  }

  private get open(): OpenModelSource {
    if (!this.body) throw this.notNow;
    return this.body;
  }
  /** Converts errors for clients: only the log states why a process ended. */
  private async explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.toldOf(error);
    }
  }
  private toldOf(error: unknown): unknown {
    if (!(error instanceof CodedError)) return error;
    const { code } = error;
    if (!GONE.has(code) && (code !== "runtime-failed" || this.body !== null)) return error;
    if (this.body === null) return this.notNow;
    // The end of the process is about to be reported.
    return new CodedError("model-opening", { name: this.name, why: ENGINE_LOST_REASON, seconds: 1 });
  }
}

async function wholly(text: TextGeneration): Promise<void> {
  const bits = text[Symbol.asyncIterator]();
  while ((await bits.next()).done !== true);
}
