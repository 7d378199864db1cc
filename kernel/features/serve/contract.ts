/**
 * A model as requests ask it. HTTP (`./http`) reads requests and writes answers in the clients' shapes and knows no model;
 * models (`./models`) answer and know no HTTP. What gathers, writes and chooses is `../../inference`'s, which the
 * notebook asks too.
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

/** What a model that answers says of one text, in its task's words (`Predicted` of model-handle.ts). */
export interface TextPrediction {
  readonly prediction: Readonly<Record<string, unknown>>;
  /** Tokens that were read. */
  readonly tokens: number;
  /** Whether its text was cut. */
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
  /** Most numbers of all vectors together. */
  readonly most: number;
}
/** Of each token of a text a vector, those around it among them. */
export interface TokenVectors {
  readonly vectors: readonly Float32Array[];
  readonly tokens: number;
  readonly cut: boolean;
}
export interface TokenizeRequest extends Pick<GenerationRequestOptions, "signal"> {
  /** Tokens of the model's own beside those of the text, as [CLS], are told too. */
  readonly specials: boolean;
  /** Most of all texts together; absent: as many as they are. */
  readonly most?: number;
}
export interface Token {
  readonly id: number;
  readonly text: string;
  readonly special: boolean;
  /** In code points of the text; null: it stands for none of it. */
  readonly start: number | null;
  readonly stop: number | null;
}

/** A model that is open. All may be asked at once. Coded errors beside those of texts: `model-opening`, `text-too-long`. */
export interface ServedModel {
  /** As requests name it. */
  readonly name: string;
  readonly sort: AnswerType;
  readonly labels: readonly string[];
  /** Whether labels don't exclude each other. */
  readonly several: boolean;
  /** Whether its rows are pairs of texts. */
  readonly pairs: boolean;
  /** Whether it tells a number of a query and a text together, so that it ranks texts. */
  readonly ranks: boolean;
  /** Tokens that a text is cut to; of models that write: prompt and text together. */
  readonly maxLength: number;
  /** Name of the base that it shares with others; null: it stands alone. */
  readonly root: string | null;
  /** When it was trained or written, in ms since 1970. */
  readonly created: number;
  /** Whether it answers conversations, and calls tools in them. */
  readonly chats: boolean;
  readonly tools: boolean;
  /** Of models that answer: labels, numbers, tags, spans, words. */
  predict(texts: readonly PredictionInput[], options: GenerationRequestOptions): Promise<readonly TextPrediction[]>;
  /** Of models whose answers are vectors. */
  embed(texts: readonly string[], options: EmbedRequest): Promise<readonly TextEmbedding[]>;
  /** The same of all tokens, as they are before they become one vector. Null: there is more than `most`. */
  embedAll(texts: readonly string[], options: TokenVectorsRequest): Promise<readonly TokenVectors[] | null>;
  /** Of models that write. Settles once the prompt's tokens are known; what ends the iteration ends the writing. */
  write(options: GenerationRequest): Promise<TextGeneration>;
  /** Null: there are more than `most`. */
  tokenize(texts: readonly string[], options: TokenizeRequest): Promise<readonly (readonly Token[])[] | null>;
  decode(ids: readonly Int32Array[], specials: boolean): Promise<readonly string[]>;
  /** What it is doing now, for /metrics and the live cell. */
  load(): ModelLoad;
  /** Ends what is left of its work; waits for nothing. */
  close(): Promise<void>;
}
export interface ModelLoad {
  /** Texts that wait, and texts that are being answered or written. */
  readonly waiting: number;
  readonly working: number;
  /** Since it was opened. */
  readonly batches: number;
  readonly tokensRead: number;
  readonly tokensWritten: number;
  /** Tokens of prompts that were not read anew. */
  readonly tokensCached: number;
}

/** What is served, by name. Models come and go while requests run: who holds one keeps it open. */
export interface Models {
  /** Held until `release`. Coded errors `no-such-model` (name, has), `model-opening` (answered with 503 and Retry-After). */
  hold(name: string | null): ModelLease;
  list(): readonly ServedModel[];
  /** Whether every model can be asked now and answers, and why not. */
  ready(): Readiness;
  /** What computes; absent: nothing is known of it. */
  facts?(): ServingFacts;
}
export interface Readiness {
  readonly ready: boolean;
  readonly why?: string;
  /** Models that aren't, each with a clause why; absent: none is meant. */
  readonly models?: Readonly<Record<string, string>>;
}
export interface ServingFacts {
  /** Of Tunebook. */
  readonly version: string;
  /** Those that run. `memory`: bytes of its process; null: nobody knows. */
  readonly engines: readonly {
    readonly name: string;
    readonly title: string;
    readonly device: string;
    readonly memory: number | null;
  }[];
  /** Bytes of weights that are open, what several have in common counted once. */
  readonly weights: number;
}
/** Told of what models compute, for figures. */
export interface ComputeListener {
  /** Seconds that a text waited before it was begun. */
  waited(model: string, seconds: number): void;
  /** Texts that are computed together: in a batch of answers, or a step of writing. */
  batch(model: string, texts: number): void;
}
export interface ModelLease {
  readonly model: ServedModel;
  release(): void;
}

/** A folder that is served: a run's, or what `deploy` wrote (huggingface, onnx). */
export interface NamedModelFolder {
  /** As requests name the model; null: as the folder is called. */
  readonly name: string | null;
  readonly folder: string;
}
/** What models and their requests may take. */
export interface ServingLimits {
  /** Longest wait, in ms, for others to fill a batch. */
  readonly gather: number;
  /** Most texts that wait; further ones get the coded error `queue-full`. */
  readonly queue: number;
  /** Most texts of one request. */
  readonly texts: number;
  /** Most tokens that one request may ask to be written; absent: as many as there is room for. */
  readonly maxTokens?: number;
  /** Most texts that are written side by side. */
  readonly streams: number;
  /** Bytes of a request's body. */
  readonly body: number;
  /** Bytes that requests under way and their answers may hold, all together; absent: by this machine's memory. */
  readonly memory?: number;
  /** Longest time, in ms, of one request. */
  readonly time: number;
  /** Whether texts over a model's length are cut where a request doesn't say. */
  readonly truncate: boolean;
  /** Requests a minute of one key (or address, without keys); 0: any number. */
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

/** Where and for whom HTTP is spoken (`./server/start-http.ts`: `startHttp(models, options)`). */
export interface HttpOptions {
  readonly host: string;
  /** 0: any that is free. Taken: coded error `port-taken`. */
  readonly port: number;
  /** SHA-256 of each key that is let in, in hex; empty: all are. */
  readonly keys: readonly string[];
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Names that a Host header may have beside the address itself and localhost. */
  readonly hosts: readonly string[];
  readonly limits: ServingLimits;
  /** A line of JSON for each request; nothing of a text is in it. Null: none. */
  readonly log: ((line: Readonly<Record<string, unknown>>) => void) | null;
  /** Ms from `stop` to the end of new requests, in which /ready says that it ends; absent: none. */
  readonly drain?: number;
}
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** That are open, whoever has said something over them. */
  readonly connections: number;
  /** Who counts what is computed. */
  readonly computing: ComputeListener;
  load(): HttpLoad;
  /** Other keys and certificates from now on, no connection is lost. */
  change(options: Pick<HttpOptions, "keys" | "tls">): void;
  /** After `drain` (unless `grace` is 0) takes no new request, answers those that are under way, at most `grace` ms; how many were cut off then. */
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
