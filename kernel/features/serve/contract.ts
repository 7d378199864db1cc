/**
 * Interface between HTTP and models. HTTP (`./http`) parses requests and writes responses in the clients' formats
 * without knowing models; models (`./models`) respond without knowing HTTP. Batching, generation and decoding are in
 * `../../inference`, which the notebook uses too.
 */
import type { PredictionInput } from "../../data/encoding/encoded.js";
import type {
  GenerationRequestOptions,
  GenerationRequest,
  TextGeneration,
} from "../../inference/generation/generation-request.js";
import type { AnswerType } from "#stdlib/targets/shared/model-type.js";

export type {
  GenerationRequestOptions,
  TextChunk,
  TokenLikelihood,
  PromptToken,
  SamplingRequest,
  JsonOutputShape,
  GenerationRequest,
  TextGeneration,
} from "../../inference/generation/generation-request.js";

/** A model's prediction for one text, in the task's terms (`Predicted` of model-handle.ts). */
export interface PredictionForText {
  readonly prediction: Readonly<Record<string, unknown>>;
  readonly tokens: number;
  readonly cut: boolean;
}
export interface TextEmbedding {
  readonly vector: Float32Array;
  readonly tokens: number;
  readonly cut: boolean;
}
export interface EmbedRequest extends GenerationRequestOptions {
  /** Null: as the model was trained. */
  readonly normalize: boolean | null;
}
export interface TokenVectorsRequest extends GenerationRequestOptions {
  /** Maximum numbers of all vectors together. */
  readonly most: number;
}
/** One contextual vector per token of a text. */
export interface TokenVectors {
  readonly vectors: readonly Float32Array[];
  readonly tokens: number;
  readonly cut: boolean;
}
export interface TokenizeRequest extends Pick<GenerationRequestOptions, "signal"> {
  /** Whether to include special tokens such as [CLS]. */
  readonly specials: boolean;
  /** Maximum of all texts together. Defaults to no limit. */
  readonly most?: number;
}
export interface Token {
  readonly id: number;
  readonly text: string;
  readonly special: boolean;
  /** Span in code points of the text; null if the token covers none of it. */
  readonly start: number | null;
  readonly stop: number | null;
}

/**
 * An open model, which takes concurrent requests. Coded errors in addition to those of texts: `model-opening`,
 * `text-too-long`.
 */
export interface ServedModel {
  /** Name in requests. */
  readonly name: string;
  readonly sort: AnswerType;
  readonly labels: readonly string[];
  /** Whether a text may have several labels. */
  readonly several: boolean;
  readonly pairs: boolean;
  /** Whether it scores a query with a text, so that it can rank texts. */
  readonly ranks: boolean;
  /** Tokens that a text is truncated to; for generative models: prompt and completion together. */
  readonly maxLength: number;
  /** Name of the base that it shares with other models; null if it shares none. */
  readonly root: string | null;
  /** When it was trained or written, in ms since 1970. */
  readonly created: number;
  readonly chats: boolean;
  readonly tools: boolean;
  /** For models that predict: labels, numbers, tags, spans, tokens. */
  predict(texts: readonly PredictionInput[], options: GenerationRequestOptions): Promise<readonly PredictionForText[]>;
  /** For models that predict vectors. */
  embed(texts: readonly string[], options: EmbedRequest): Promise<readonly TextEmbedding[]>;
  /** The vectors of all tokens before pooling. Null if there are more than `most`. */
  embedAll(texts: readonly string[], options: TokenVectorsRequest): Promise<readonly TokenVectors[] | null>;
  /**
   * For generative models. Settles once the prompt's tokens are counted; ending the iteration stops the generation.
   */
  write(options: GenerationRequest): Promise<TextGeneration>;
  /** Null if there are more than `most`. */
  tokenize(texts: readonly string[], options: TokenizeRequest): Promise<readonly (readonly Token[])[] | null>;
  decode(ids: readonly Int32Array[], specials: boolean): Promise<readonly string[]>;
  load(): ModelLoad;
  /** Stops its remaining work without waiting. */
  close(): Promise<void>;
}
export interface ModelLoad {
  readonly waiting: number;
  readonly working: number;
  /** Counted since it was opened. */
  readonly batches: number;
  readonly tokensRead: number;
  readonly tokensWritten: number;
  /** Prompt tokens that came from the cache. */
  readonly tokensCached: number;
}

/** The served models, by name. Models may be added and removed while requests run: a lease keeps a model open. */
export interface ServedModelCollection {
  /**
   * Leases a model until `release`. Coded errors `no-such-model` (name, has), `model-opening` (answered with 503 and
   * Retry-After).
   */
  hold(name: string | null): ModelLease;
  list(): readonly ServedModel[];
  /** Whether every model accepts requests now, and why not. */
  ready(): Readiness;
  facts?(): ServingFacts;
}
export interface Readiness {
  readonly ready: boolean;
  readonly why?: string;
  /** Models that are not ready, each with the reason; absent if it concerns no particular model. */
  readonly models?: Readonly<Record<string, string>>;
}
export interface ServingFacts {
  readonly version: string;
  /** Running engines. `memory`: bytes of the process; null if unknown. */
  readonly engines: readonly {
    readonly name: string;
    readonly title: string;
    readonly device: string;
    readonly memory: number | null;
  }[];
  /** Bytes of open weights; shared weights count once. */
  readonly weights: number;
}
/** Receives compute statistics, for metrics. */
export interface ComputeListener {
  /** Seconds that a text waited in the queue. */
  waited(model: string, seconds: number): void;
  /** Texts computed together: in a batch of predictions, or a generation step. */
  batch(model: string, texts: number): void;
}
export interface ModelLease {
  readonly model: ServedModel;
  release(): void;
}

/** A served folder: a run's, or one that `deploy` wrote (huggingface, onnx). */
export interface NamedModelFolder {
  /** Name of the model in requests; null uses the folder's name. */
  readonly name: string | null;
  readonly folder: string;
}
export interface ServingLimits {
  /** Maximum wait, in ms, for further texts to fill a batch. */
  readonly gather: number;
  /** Maximum texts in the queue; further ones get the coded error `queue-full`. */
  readonly queue: number;
  readonly texts: number;
  /** Maximum tokens to generate per request. Defaults to the model's remaining window. */
  readonly maxTokens?: number;
  /** Maximum texts generated concurrently. */
  readonly streams: number;
  readonly body: number;
  /**
   * Maximum bytes of all requests in progress and their responses together. The default depends on this machine's
   * memory.
   */
  readonly memory?: number;
  readonly time: number;
  /** Whether to truncate texts that exceed a model's length, unless the request decides. */
  readonly truncate: boolean;
  /** Requests per minute per key (or address, without keys); 0: no limit. */
  readonly rate: number;
}
export const DEFAULT_LIMITS: ServingLimits = {
  gather: 2,
  queue: 1024,
  texts: 256,
  streams: 16,
  body: 4 * 2 ** 20,
  time: 120_000,
  truncate: true,
  rate: 0,
};

/** Options of the HTTP server (`./server/start-http.ts`: `startHttpServer(models, options)`). */
export interface HttpOptions {
  readonly host: string;
  /** 0 picks any free port. If it is in use: coded error `port-taken`. */
  readonly port: number;
  /** SHA-256 of each accepted key, in hex; empty accepts all requests. */
  readonly keys: readonly string[];
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Accepted names in a Host header, in addition to the address itself and localhost. */
  readonly hosts: readonly string[];
  readonly limits: ServingLimits;
  /** Receives a JSON line per request, without any text of it. Null disables the log. */
  readonly log: ((line: Readonly<Record<string, unknown>>) => void) | null;
  /** Ms from `stop` to the rejection of new requests, in which /ready reports the shutdown. Defaults to 0. */
  readonly drain?: number;
}
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Open connections, including unauthenticated ones. */
  readonly connections: number;
  readonly computing: ComputeListener;
  load(): HttpLoad;
  /** Replaces keys and certificates without closing connections. */
  change(options: Pick<HttpOptions, "keys" | "tls">): void;
  /**
   * After `drain` (unless `grace` is 0) rejects new requests and finishes those in progress within `grace` ms; returns
   * how many were aborted then.
   */
  stop(grace: number): Promise<number>;
}
/** Over the last ten seconds, in ms; and since the start. */
export interface HttpLoad {
  readonly requests: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly underWay: number;
  readonly tokensPerSecond: number;
  readonly models: Readonly<Record<string, ModelLoad>>;
}
