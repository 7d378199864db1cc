/** The content of a served folder, inspected before anything is computed, and how to open it. */
import type { Call } from "#dsl/language/types/value.js";
import type { AnswerType } from "#stdlib/targets/shared/model-type.js";
import type { Tokenizer } from "../../../bases/tokenizer.js";
import type { Engine, EngineSession } from "../../../engines/engine.js";
import { hasTextPairs } from "../../../bases/token-types.js";
import type { PredictorContext } from "../../../inference/predictor.js";
import type { SlotWriterLoad, WriterAdapter, WriterReporter } from "../../../inference/generation/contract.js";
import type { OpenProgramsOptions } from "./open-programs.js";
import type { GenerationRequest, TextGeneration } from "../contract.js";
import { readsContexts } from "../../../inference/prompts.js";

export interface WriterSource extends Omit<OpenProgramsOptions, "programs"> {
  readonly tokenizer: Tokenizer;
  readonly folder: string;
}
/** How a generative model shares a writer with others of its base. */
export interface WriterSharing {
  /** Models with the same key may share a writer. */
  readonly key: string;
  /** Null: the unchanged base. */
  readonly adapter: WriterAdapter | null;
  readonly found: WriterSource;
}
export interface OpenWriterOptions {
  /** Name in requests. */
  readonly name: string;
  /** Maximum texts generated concurrently. */
  readonly slots: number;
  readonly listener?: WriterReporter;
}
export interface ServedModelMetadata {
  readonly sort: AnswerType;
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly maxLength: number;
  readonly root: string | null;
  readonly created: number;
}
/**
 * Encodings of single texts, and of pairs (including questions with contexts); null if the model does not read them.
 */
export interface InputEncodings {
  readonly texts: PredictorContext | null;
  readonly pairs: PredictorContext | null;
  /** Its programs take token types for single texts too. */
  readonly alwaysTypes: boolean;
}
export interface ModelSource {
  readonly folder: string;
  /** Name in the folder's own files. */
  readonly name: string;
  readonly facts: ServedModelMetadata;
  readonly tokenizer: Tokenizer;
  /** Cleaners of the rows that it was trained on. */
  readonly clean: readonly Call[];
  readonly ways: InputEncodings;
  /** Precision that the engine must support. */
  readonly precision: "f32" | "bf16";
  /** Whether it runs in the server's engine; otherwise in its own process. */
  readonly inEngine: boolean;
  /** How it shares a writer with others of its base; absent if it does not. */
  readonly beside?: WriterSharing | null;
  open(engine: () => Promise<Engine>, options: OpenWriterOptions): Promise<OpenModelSource>;
}
/** The generation part of a generative model. */
export interface TextWriter {
  readonly chats: boolean;
  readonly tools: boolean;
  /** Maximum tokens of prompt and completion together; for an encoder-decoder of the completion only. */
  readonly room: number;
  write(options: GenerationRequest): Promise<TextGeneration>;
  load(): SlotWriterLoad;
}
export interface OpenModelSource {
  readonly session: Pick<EngineSession, "run">;
  /** Absent for a predictive model. */
  readonly writes?: TextWriter;
  /** Bytes of weights by source: shared weights have the same source. */
  readonly weights: { readonly source: string; readonly bytes: number };
  /** Settles when its own process has ended; null if it runs in the engine. */
  readonly ended: Promise<void> | null;
  close(): Promise<void>;
}

/** The encodings of a model that reads its task's rows. */
export function acceptedInputEncodings(inputs: PredictorContext, sort: AnswerType): InputEncodings {
  const pairs = hasTextPairs(inputs.plan) || readsContexts(inputs.plan.recipe.model.task);
  const both = sort === "embeds";
  return { texts: pairs && !both ? null : inputs, pairs: pairs || both ? inputs : null, alwaysTypes: false };
}

/** Whether it is a multi-label model according to config.json. */
export function isMultiLabel(config: Readonly<Record<string, unknown>>): boolean {
  return config["problem_type"] === "multi_label_classification";
}
