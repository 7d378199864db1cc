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
    message: (d) => `config.json: ${d.key} is ${d.value}, which the ${d.family} family doesn't support here`,
    help: (d) => `choose a base model with ${d.key} ${d.supported.join(" or ")}`,
    explain:
      "The base model's `config.json` asks for a variant of the architecture that this version doesn't build. " +
      "Nothing is approximated: a model that can't be computed exactly is refused.",
  },
  "unknown-config": {
    severity: "error",
    message: ({ keys, family }) =>
      `config.json: ${keys.join(", ")} ${keys.length > 1 ? "are fields" : "is a field"} that the ${family} family doesn't know`,
    help: ({ keys }) =>
      `if ${keys.length > 1 ? "they change" : "it changes"} nothing of what the model computes, take ${keys.length > 1 ? "them" : "it"} out of a copy of the folder and name that as \`base\``,
    explain:
      "The base model's `config.json` has a field that neither transformers' class of this family reads nor this version knows " +
      "to be without effect. It may ask for another function (attention in both directions, another kind of positions), " +
      "which would be computed wrongly without a word: so the model is refused.",
  },
  "heads-divide": {
    severity: "error",
    message: (d) => `${d.heads} heads can't share a width of ${d.hidden}`,
    help: (d) => `write \`${d.what ?? "hidden"}: ${d.nearest}\`, or a number of heads that divides ${d.hidden}`,
    explain: "The heads of attention share the width of the stream between them: each gets hidden / heads numbers.",
    example:
      "model scratch { architecture: gpt2(layers: 2, hidden: 100, heads: 3), tokenizer: bpe(vocabulary: 1_000), task: text_generation }",
  },
  "odd-heads": {
    severity: "error",
    message: (d) => `heads of ${d.size} numbers can't be turned: ${d.of} tells positions by turning pairs of them`,
    help: (d) =>
      d.own ? `write \`head_size: ${d.size + 1}\`` : "choose `hidden` and `heads` so that each head has an even number",
    explain: "Rotary positions turn the numbers of each head in pairs.",
    example:
      "model scratch { architecture: llama(layers: 2, hidden: 20, heads: 4), tokenizer: bpe(vocabulary: 1_000), task: text_generation }",
  },
  "key-value-heads": {
    severity: "error",
    message: (d) => `${d.heads} heads can't share ${d.shared} heads of keys and values evenly`,
    help: (d) => `write a \`key_value_heads\` that divides ${d.heads}`,
    explain: "Each head of keys and values serves as many heads of queries as the others.",
    example:
      "model scratch { architecture: llama(layers: 2, hidden: 64, heads: 4, key_value_heads: 3), tokenizer: bpe(vocabulary: 1_000), task: text_generation }",
  },
  "bad-config": {
    severity: "error",
    facts: true,
    message: (d) => `config.json: ${d.key} ${d.problem}`,
    help: () => "fetch the model folder again, or mend its config.json",
    explain: "The base model's `config.json` lacks a value that the architecture needs, or holds one of another kind.",
  },
};
