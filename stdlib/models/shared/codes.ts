/** Error codes of model families. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ModelsCodeData {
  "unsupported-config": {
    readonly family: string;
    readonly key: string;
    readonly value: string;
    readonly supported: readonly string[];
  };
  "unknown-config": {
    readonly family: string;
    /** First of `keys`. */
    readonly key: string;
    readonly keys: readonly string[];
  };
  "heads-divide": {
    readonly of: string;
    readonly hidden: number;
    readonly heads: number;
    /** Nearest multiple of `heads` to `hidden`. */
    readonly nearest: number;
    /** Name of the width. Defaults to `hidden`. */
    readonly what?: string;
  };
  /** `own`: the head size was written explicitly, not derived as a quotient. */
  "odd-heads": { readonly of: string; readonly size: number; readonly own?: true };
  "key-value-heads": { readonly heads: number; readonly shared: number };
  "bad-config": { readonly family: string; readonly key: string; readonly problem: string };
}

export const modelsCodes: CodeTable<ModelsCodeData> = {
  "unsupported-config": {
    severity: "error",
    facts: true,
    message: (d) => `config.json: ${d.key} is ${d.value}, which is not supported for the ${d.family} family`,
    help: (d) => `choose a base model with ${d.key} ${d.supported.join(" or ")}`,
    explain:
      "The base model's `config.json` needs a variant of the architecture that is not supported. " +
      "Tunebook never approximates: it rejects a model that it cannot compute exactly.",
  },
  "unknown-config": {
    severity: "error",
    message: ({ keys, family }) =>
      `config.json: ${keys.join(", ")} ${keys.length > 1 ? "are unknown fields" : "is an unknown field"} for the ${family} family`,
    help: ({ keys }) =>
      `if ${keys.length > 1 ? "they do" : "it does"} not change what the model computes, remove ${keys.length > 1 ? "them" : "it"} in a copy of the folder and use that as \`base\``,
    explain:
      "The base model's `config.json` has a field that neither transformers' class of this family reads nor this version knows " +
      "to have no effect. It may select another function (bidirectional attention, other positions), " +
      "which would silently be computed wrongly, so the model is rejected.",
  },
  "heads-divide": {
    severity: "error",
    message: (d) => `${d.heads} heads cannot divide a width of ${d.hidden}`,
    help: (d) => `write \`${d.what ?? "hidden"}: ${d.nearest}\`, or a number of heads that divides ${d.hidden}`,
    explain: "Attention heads divide the hidden width: each gets hidden / heads numbers.",
    example:
      "model scratch { architecture: gpt2(layers: 2, hidden: 100, heads: 3), tokenizer: bpe(vocabulary: 1_000), task: text_generation }",
  },
  "odd-heads": {
    severity: "error",
    message: (d) => `heads of ${d.size} numbers cannot be rotated: ${d.of} encodes positions by rotating pairs`,
    help: (d) =>
      d.own ? `write \`head_size: ${d.size + 1}\`` : "choose `hidden` and `heads` so that each head has an even number",
    explain: "Rotary position embeddings rotate the numbers of each head in pairs.",
    example:
      "model scratch { architecture: llama(layers: 2, hidden: 20, heads: 4), tokenizer: bpe(vocabulary: 1_000), task: text_generation }",
  },
  "key-value-heads": {
    severity: "error",
    message: (d) => `${d.heads} heads cannot share ${d.shared} key-value heads evenly`,
    help: (d) => `write a \`key_value_heads\` that divides ${d.heads}`,
    explain: "Each key-value head serves the same number of query heads.",
    example:
      "model scratch { architecture: llama(layers: 2, hidden: 64, heads: 4, key_value_heads: 3), tokenizer: bpe(vocabulary: 1_000), task: text_generation }",
  },
  "bad-config": {
    severity: "error",
    facts: true,
    message: (d) => `config.json: ${d.key} ${d.problem}`,
    help: () => "download the model folder again, or fix its config.json",
    explain: "A value that the architecture needs is missing in the base model's `config.json`, or has the wrong type.",
  },
};
