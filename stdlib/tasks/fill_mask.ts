import type { HeadContext } from "#dsl/language/types/capabilities/model.js";
import { defineWord } from "#dsl/language/types/define.js";
import { singleText } from "../row-formats/single-text.js";
import { checkMaskedLmHead } from "./shared/families.js";
import { maskedShare } from "./shared/masking.js";

export const word = defineWord({
  kind: "task",
  name: "fill_mask",
  doc: "Predicts hidden tokens, as transformers' ...ForMaskedLM: adapts an encoder to the language of a field. A share of each text's tokens is chosen again in each epoch: 80 % of them become the mask token, 10 % another token, 10 % do not change; only these are trained. A text has at least one.",
  example: "task: fill_mask(share: 15%)",
  parameters: [
    {
      name: "share",
      type: { is: "number", unit: "share" },
      doc: "Share of a text's tokens to train on. More learn faster and leave less context.",
      range: { min: 0, max: 1, exclusive: true },
      positional: true,
      default: { value: { share: 0.15 } },
      why: "BERT used 15 %.",
      impact: "medium",
    },
    {
      name: "candidates",
      type: { is: "number", integer: true },
      doc: "How many tokens `predict` names for each gap. It changes no weight.",
      range: { min: 1, max: 1000 },
      default: { value: 5 },
      why: "The likeliest token alone hides how sure the model is.",
      impact: "low",
    },
  ],
  elsewhere: {
    "fill-mask": "fill_mask",
    mlm: "fill_mask",
    masked_lm: "fill_mask",
    masked_language_modeling: "fill_mask",
    mlm_probability: "share",
    top_k: "candidates",
  },
  check: (call, context) => checkMaskedLmHead(call.word, context),
  capabilities: {
    pipeline: "fill-mask",
    roles: ["text"],
    rowFormat: singleText,
    labels: false,
    headParameters,
    /** Share of a batch's tokens for which logits over the complete vocabulary are computed. */
    vocabularyShare: (call) => maskedShare(call.arguments.share),
    architectures: ["ForMaskedLM"],
    measures: ["next_token"],
    metrics: ["loss", "perplexity"].map((word) => ({ word, kind: "metric", arguments: {} })),
    prediction:
      "{ readonly text: string; readonly filled: string; readonly candidates: readonly (readonly { readonly token: string; readonly probability: number }[])[] }",
  },
  load: () => import("./fill_mask.run.js").then((m) => m.fillMask),
});

/** Names of the output bias in the families. */
const BIAS = /^(cls\.predictions|lm_head)(\.decoder)?\.bias$|^vocab_projector\.bias$/;

/**
 * The head comes with the base or is newly initialized: a layer, its norm, a bias, and an output matrix if it is not
 * tied to the word embeddings.
 */
function headParameters(hidden: number, _labels: number, { base }: HeadContext): number {
  if (Object.keys(base.shapes).some((name) => BIAS.test(name))) return 0;
  const { vocab_size, embedding_size, tie_word_embeddings: tied } = base.config;
  const vocabulary = Number(vocab_size ?? 0);
  const narrow = typeof embedding_size === "number" ? embedding_size : hidden;
  const table = (hidden - narrow) * vocabulary + (tied === false ? narrow * vocabulary : 0);
  return hidden * hidden + 3 * hidden + vocabulary + table;
}
