/**
 * Texts that are written side by side, each by itself: a text comes and goes at any step (continuous batching). A writer
 * (`./continuous-batching.ts`) knows tokens alone; a chooser (`./sampling`) chooses one text's next token from what the model says.
 */
import type { Program } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { GenerateOptions } from "#stdlib/programs/generate.js";
import type { Engine, EngineSession } from "../../engines/engine.js";

/** Chooses the tokens of one text, in order. */
export interface TokenChooser {
  /** What it looks at for the next token: the likeliest alone, or the logits of all. It may be another at each step. */
  readonly reads: "next" | "logits";
  /** `logits` [vocabulary] is the writer's own memory and holds until this returns; given where `reads` says so. */
  choose(next: number, logits: Float32Array | null): ChosenToken;
  /** Settles when `choose` needn't wait; null: it needn't now. What fails meanwhile `choose` throws. */
  ready?(): Promise<void> | null;
}
export interface ChosenToken {
  readonly token: number;
  /** Whether the text ends with this token, beside the tokens that end any text; e.g. its grammar allows no more. */
  readonly ends?: boolean;
  readonly likelihoods?: readonly { readonly id: number; readonly logprob: number }[];
}

export interface SlotRequest {
  /** At least one token; with `maxTokens` at most as many as the model has positions. */
  readonly prompt: Int32Array;
  readonly maxTokens: number;
  /** Tokens that end the text; they are told. */
  readonly ends: ReadonlySet<number>;
  readonly chooser: TokenChooser;
  /** Given what the model says after each token of the prompt but the last, in order; the logits hold until it returns. Absent: nobody asks. */
  readonly scored?: (place: number, logits: Float32Array) => void;
  /** Which of the writer's adapters; absent: its first, or none. */
  readonly adapter?: number;
  /** It shares beginnings with texts of the same salt alone. */
  readonly salt?: string;
  /** Clients share the slots. */
  readonly client?: string;
  /** Whoever asked went away: the text's slot is free at the next step. */
  readonly signal?: AbortSignal;
}
/** One token, as soon as it is chosen. */
export interface SlotToken extends ChosenToken {
  readonly ended: "end" | "length" | null;
}
/** Stopping the iteration frees the slot. Thrown from it: the coded errors `engine-died` and `writer-closed`, the signal's reason. */
export interface SlotTextStream extends AsyncIterable<SlotToken> {
  /** Tokens of the prompt that were there from other texts; known when the first token is. */
  readonly cached: number;
}
export interface SlotLoad {
  readonly waiting: number;
  readonly working: number;
  readonly steps: number;
  readonly tokensRead: number;
  readonly tokensCached: number;
  readonly tokensWritten: number;
}
export interface SlotWriter {
  /** Texts that can be written side by side. */
  readonly slots: number;
  readonly vocabulary: number;
  /** Most tokens of a prompt and its text together. */
  readonly room: number;
  /** Whether it tells what is said after the tokens of a prompt. */
  readonly scores: boolean;
  write(request: SlotRequest): SlotTextStream;
  load(): SlotLoad;
  close(): Promise<void>;
}

/** An adapter that one writer has beside others over one base; null: the base as it is. */
export interface WriterAdapter {
  /** `lora(...)` as it was trained. */
  readonly call: Call;
  /** Its safetensors file. */
  readonly file: string;
}
/** What a writer's programs are built from: `technique` is the model's own, or what adds nothing where there are `adapters`. */
export interface WriterModel extends GenerateOptions {
  /** `SlotRequest.adapter` is a place among them. Throws `adapters-apart` where they can't be written with together. */
  readonly adapters?: readonly (WriterAdapter | null)[];
}
/** What a writer tells of its work, for figures. */
export interface WriterReporter {
  /** Seconds that a text waited before it was begun. */
  took(seconds: number): void;
  /** Texts that a step goes on with. */
  step(texts: number): void;
}
export interface WriterOptions {
  /** Most texts side by side. */
  readonly slots: number;
  readonly vocabulary: number;
  /** Most positions that the model knows. */
  readonly positions: number;
  readonly padId: number;
  /** Of an encoder-decoder: the token its decoder begins with. */
  readonly start?: number;
  /** Most bytes that keys and values of all texts, those that ended among them, take; absent: 512 MiB, or what 4,096 tokens take. The store has that size from the beginning. */
  readonly memory?: number;
  /** Most tokens of prompts that a step reads while others write; absent: 64. */
  readonly chunk?: number;
  readonly reporter?: WriterReporter;
}
/** Programs of a writer, to be opened beside others of the model, and what opens the writer over their session. */
export interface WriterParts {
  readonly programs: Readonly<Record<string, Program>>;
  /** Why texts are written batch by batch here, and not each by itself; null: they come and go as they like. */
  readonly batches: string | null;
  open(session: Pick<EngineSession, "run" | "load">, options: WriterOptions): Promise<SlotWriter>;
}
/** `planWriter` of `./plan-batching.ts`: what suits the model and the engine. `openSlotWriter` of `./continuous-batching.ts` is what it opens as a rule. */
export type PlanWriter = (engine: Pick<Engine, "can">, model: WriterModel) => Promise<WriterParts>;
