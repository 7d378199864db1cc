/**
 * A row format: how one row of the data becomes input of a model. Each format is one file in this folder; the tokenizing half of
 * it is a file of the same name in kernel/data/encoding/row-formats.
 */
import type { RowFormatCapabilities } from "#dsl/language/types/capabilities/row-format.js";
import type { Call } from "#dsl/language/types/value.js";

/** The names that kernel/data/encoding/row-formats needs an encoder for: a missing one is a compile error. */
export type RowFormatName =
  | "single_text"
  | "token_labels"
  | "causal_lm"
  | "conversations"
  | "seq2seq"
  | "pair_encoding"
  | "extractive_qa";

export interface RowFormat extends RowFormatCapabilities {
  readonly name: RowFormatName;
  /** Each text of a row is encoded by itself into one vector, as a bi-encoder does; `last_hidden_state` is an output besides. */
  readonly separateTexts: boolean;
  /** A row is a list of words, and each word has a label. */
  readonly labelsWords: boolean;
  /** Whether the model needs token types. `pairs`: the data have the role `text_pair`. */
  usesTokenTypes(pairs: boolean): boolean;
  readonly supports: SupportedFeatures;
  readonly onnxExamples: OnnxExamples;
}

/** What else is implemented for rows of the format. */
export interface SupportedFeatures {
  /** Differential privacy clips the gradient of each row of a batch. False: it runs one row at a time. */
  readonly batchedRowGradients: boolean;
  /** Strategies read the Fisher information of each row of a batch. False: of batches as a whole only. */
  readonly batchedRowFisher: boolean;
  /** A web page can train the model. */
  readonly pageTraining: boolean;
  /** The call of a LiteRT file can be shown: one text goes in, and the logits are printed. */
  readonly litertCall: boolean;
}

/** Parts of the example calls for a folder of ONNX models. Null: the example for one text (or two) fits. */
export interface OnnxExamples {
  /** The transformers.js pipeline and its call; the texts are JavaScript expressions. */
  pipeline(texts: ExampleTexts, task: Call): PipelineExample | null;
  /** Arguments of `tokenizer.encode` in Python; the texts are Python expressions. */
  encoded(texts: ExampleTexts): string | null;
  /** Lines of Python that print the answer. `loadLabels`: the line that defines `labels`. */
  printed(loadLabels: string): readonly string[] | null;
}
export interface ExampleTexts {
  readonly text: string;
  readonly question: string;
}
export interface PipelineExample {
  readonly task: string;
  readonly input: string;
  /** Further arguments of the call, with the comma before them. */
  readonly options?: string;
  /** What is read of the answer, as `[0].generated_text`. */
  readonly property?: string;
}

/** The examples for one text (or two) fit. */
export const plainTextExamples: OnnxExamples = { pipeline: () => null, encoded: () => null, printed: () => null };
