/**
 * A row format defines how a row of the data becomes model input. Each format is one file in this folder; its tokenizer
 * part is a file of the same name in kernel/data/encoding/row-formats.
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
  /**
   * True if each text of a row is encoded separately into one vector, as in a bi-encoder; `last_hidden_state` is then
   * an additional output.
   */
  readonly separateTexts: boolean;
  /** True if a row is a list of words with a label each. */
  readonly labelsWords: boolean;
  /** Returns true if the model needs token types. `pairs`: the data has the role `text_pair`. */
  usesTokenTypes(pairs: boolean): boolean;
  readonly supports: RowFormatFeatures;
  readonly onnxExamples: OnnxUsageExamples;
}

/** Further features that are implemented for the format. */
export interface RowFormatFeatures {
  /** Differential privacy clips the gradient of each row of a batch. False: it runs one row at a time. */
  readonly batchedRowGradients: boolean;
  /** Strategies read the Fisher information of each row of a batch. False: only of complete batches. */
  readonly batchedRowFisher: boolean;
  /** A web page can train the model. */
  readonly pageTraining: boolean;
  /** An example call of a LiteRT file exists: it takes one text and prints the logits. */
  readonly litertCall: boolean;
}

/** Parts of the example calls for a folder of ONNX models. Null selects the example for one text (or two). */
export interface OnnxUsageExamples {
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
  /** Further arguments of the call, with a leading comma. */
  readonly options?: string;
  /** Property to read from the answer, such as `[0].generated_text`. */
  readonly property?: string;
}

/** Selects the examples for one text (or two). */
export const plainTextExamples: OnnxUsageExamples = { pipeline: () => null, encoded: () => null, printed: () => null };
