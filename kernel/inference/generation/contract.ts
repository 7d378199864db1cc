/**
 * Contract of texts that are generated concurrently and independently: a text may join or leave at any step (continuous
 * batching). A writer (`./continuous-batching.ts`) handles token ids only. A chooser (`./sampling`) picks each next
 * token of one text from the model's logits.
 */
import type { Program } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { GenerationProgramOptions } from "#stdlib/programs/generate.js";
import type { Engine, EngineSession } from "../../engines/engine.js";

/** Chooses the tokens of one text, one after the other. */
export interface TokenChooser {
  /** Input for the next choice: only the likeliest token, or all logits. It may differ from step to step. */
  readonly reads: "next" | "logits";
  /** `logits` [vocabulary] is the writer's memory and valid only until this returns. Passed if `reads` is "logits". */
  choose(next: number, logits: Float32Array | null): ChosenToken;
  /** Settles when `choose` can run without waiting; null if it can now. An error meanwhile is thrown by `choose`. */
  ready?(): Promise<void> | null;
}
export interface ChosenToken {
  readonly token: number;
  /**
   * Whether the text ends with this token for a reason other than an end token, e.g. because its grammar allows nothing
   * more.
   */
  readonly ends?: boolean;
  readonly likelihoods?: readonly { readonly id: number; readonly logprob: number }[];
}

export interface SlotRequest {
  /** At least one token. The prompt plus `maxTokens` must not exceed the model's positions. */
  readonly prompt: Int32Array;
  readonly maxTokens: number;
  /** End tokens; they are reported in the stream. */
  readonly ends: ReadonlySet<number>;
  readonly chooser: TokenChooser;
  /** Called with the logits after each prompt token but the last, in order. The logits are valid until it returns. */
  readonly scored?: (place: number, logits: Float32Array) => void;
  /** Index of the writer's adapter. Defaults to the first, or none. */
  readonly adapter?: number;
  /** Cached prefixes are shared only among texts with the same salt. */
  readonly salt?: string;
  /** Clients share the slots fairly. */
  readonly client?: string;
  /** Aborted when the client disconnects: the text's slot is free at the next step. */
  readonly signal?: AbortSignal;
}
/** One token, reported as soon as it is chosen. */
export interface SlotToken extends ChosenToken {
  readonly ended: "end" | "length" | null;
}
/**
 * Stopping the iteration frees the slot. Throws the coded errors `engine-died` and `writer-closed`, and the signal's
 * reason.
 */
export interface SlotTextStream extends AsyncIterable<SlotToken> {
  /** Number of prompt tokens found in the cache; known once the first token is reported. */
  readonly cached: number;
}
export interface SlotWriterLoad {
  readonly waiting: number;
  readonly working: number;
  readonly steps: number;
  readonly tokensRead: number;
  readonly tokensCached: number;
  readonly tokensWritten: number;
}
export interface SlotWriter {
  /** Maximum number of concurrent texts. */
  readonly slots: number;
  readonly vocabulary: number;
  /** Maximum tokens of a prompt and its text together. */
  readonly room: number;
  /** Whether the writer reports logits for prompt tokens. */
  readonly scores: boolean;
  write(request: SlotRequest): SlotTextStream;
  load(): SlotWriterLoad;
  close(): Promise<void>;
}

/** One of several adapters that a writer serves over the same base model; null is the base model itself. */
export interface WriterAdapter {
  /** The `lora(...)` call that it was trained with. */
  readonly call: Call;
  readonly file: string;
}
/**
 * Model that a writer's programs are built from. `technique` is the model's own, or one that changes nothing if there
 * are `adapters`.
 */
export interface WriterModel extends GenerationProgramOptions {
  /**
   * `SlotRequest.adapter` is an index into this list. Throws `adapters-apart` if the adapters cannot share one writer.
   */
  readonly adapters?: readonly (WriterAdapter | null)[];
}
/** Receives metrics of a writer's work. */
export interface WriterReporter {
  /** Reports the seconds that a text waited before it started. */
  took(seconds: number): void;
  step(texts: number): void;
}
export interface WriterOptions {
  /** Maximum number of concurrent texts. */
  readonly slots: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly padId: number;
  /** Start token of an encoder-decoder's decoder. */
  readonly start?: number;
  /**
   * Size in bytes of the KV cache for all texts, including ended ones. It is allocated in full at the start. Defaults
   * to 512 MiB, or the size of 4,096 tokens if that is larger.
   */
  readonly memory?: number;
  /** Maximum prompt tokens per step while other texts are being generated. Defaults to 64. */
  readonly chunk?: number;
  readonly reporter?: WriterReporter;
}
/**
 * Programs of a writer, to be opened together with the model's other programs, and the function that opens the writer
 * over their session.
 */
export interface WriterPlan {
  readonly programs: Readonly<Record<string, Program>>;
  /** Why texts are generated batch by batch rather than continuously; null if they are generated continuously. */
  readonly batches: string | null;
  open(session: Pick<EngineSession, "run" | "load">, options: WriterOptions): Promise<SlotWriter>;
}
/**
 * `planWriterPrograms` of `./plan-batching.ts` picks what suits the model and the engine, usually `openSlotWriter` of
 * `./continuous-batching.ts`.
 */
export type WriterPlanner = (engine: Pick<Engine, "can">, model: WriterModel) => Promise<WriterPlan>;
