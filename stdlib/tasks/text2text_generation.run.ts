/**
 * Text-to-text generation, like transformers' ...ForConditionalGeneration: the decoder reads the target shifted by one
 * and predicts each of its tokens, including the end token. Head and loss are those of text_generation.
 */
import type { TaskImplementation } from "./kind.js";
import { seq2seq } from "../row-formats/seq2seq.js";
import { nextTokenSupervision } from "./shared/next-token.js";
import { textGeneration } from "./text_generation.run.js";

export const text2text: TaskImplementation = {
  ...textGeneration,
  supervision: { rowFormat: seq2seq, inputs: (labels) => nextTokenSupervision.inputs(labels) },
};
