/** What a folder holds that is to be served, looked at before anything of it is computed; and how it is opened. */
import type { Call } from "#dsl/language/types/value.js";
import type { AnswerType } from "#stdlib/targets/shared/model-type.js";
import type { Tokenizer } from "../../../bases/tokenizer.js";
import type { Engine, EngineSession } from "../../../engines/engine.js";
import { hasTextPairs } from "../../../bases/token-types.js";
import type { PredictorInput } from "../../../inference/predictor.js";
import type { SlotLoad, WriterAdapter, WriterReporter } from "../../../inference/generation/contract.js";
import type { OpenProgramsOptions } from "./open-programs.js";
import type { GenerationRequest, TextGeneration } from "../contract.js";
import { readsContexts } from "../../../inference/questions.js";

/** What is opened of a model that writes. */
export interface WriterSource extends Omit<OpenProgramsOptions, "programs"> {
  readonly tokenizer: Tokenizer;
  readonly folder: string;
}
/** How a model writes beside others of its base. */
export interface WriterSharing {
  /** Those with the same one may share a writer. */
  readonly key: string;
  /** Null: the base as it is. */
  readonly adapter: WriterAdapter | null;
  readonly found: WriterSource;
}
/** How a model that writes is opened. */
export interface OpenWriterOptions {
  /** As requests name it. */
  readonly name: string;
  /** Most texts side by side. */
  readonly slots: number;
  readonly listener?: WriterReporter;
}
/** What is told of a model. */
export interface ModelSourceFacts {
  readonly sort: AnswerType;
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly maxLength: number;
  readonly root: string | null;
  readonly created: number;
}
/** How texts alone are read, and how pairs are (questions beside contexts among them); null: it reads none such. */
export interface InputEncodings {
  readonly texts: PredictorInput | null;
  readonly pairs: PredictorInput | null;
  /** Its programs take token types of texts alone too. */
  readonly alwaysTypes: boolean;
}
export interface ModelSource {
  readonly folder: string;
  /** As the folder itself calls it. */
  readonly name: string;
  readonly facts: ModelSourceFacts;
  readonly tokenizer: Tokenizer;
  /** Cleaners of the rows that it was trained on. */
  readonly clean: readonly Call[];
  readonly ways: InputEncodings;
  /** Of what it is computed with: the precision that an engine must have. */
  readonly precision: "f32" | "bf16";
  /** Whether it is computed by the server's engine; else by a process of its own. */
  readonly inEngine: boolean;
  /** How it writes beside others of its base; absent: alone. */
  readonly beside?: WriterSharing | null;
  open(engine: () => Promise<Engine>, options: OpenWriterOptions): Promise<OpenModelSource>;
}
/** What writes texts, where a model does. */
export interface TextWriter {
  /** Whether it answers conversations, and calls tools in them. */
  readonly chats: boolean;
  readonly tools: boolean;
  /** Most tokens of a prompt and its text together; of an encoder-decoder those of the text alone. */
  readonly room: number;
  write(options: GenerationRequest): Promise<TextGeneration>;
  load(): SlotLoad;
}
export interface OpenModelSource {
  readonly session: Pick<EngineSession, "run">;
  /** Absent: it answers. */
  readonly writes?: TextWriter;
  /** Bytes of weights, and what they are of: what two have in common has the same name. */
  readonly weights: { readonly source: string; readonly bytes: number };
  /** Settles when the process that computes it has ended; null: that is the engine's. */
  readonly ended: Promise<void> | null;
  close(): Promise<void>;
}

/** Of a model that reads what its task's rows are. */
export function inputEncodingsOf(inputs: PredictorInput, sort: AnswerType): InputEncodings {
  const pairs = hasTextPairs(inputs.plan) || readsContexts(inputs.plan.recipe.model.task);
  const both = sort === "embeds";
  return { texts: pairs && !both ? null : inputs, pairs: pairs || both ? inputs : null, alwaysTypes: false };
}

/** Whether labels don't exclude each other, as config.json says. */
export function isMultiLabel(config: Readonly<Record<string, unknown>>): boolean {
  return config["problem_type"] === "multi_label_classification";
}
