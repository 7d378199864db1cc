/** Error codes of techniques. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** The data of each code. */
export interface TechniquesCodeData {
  "no-target": { readonly target: string; readonly has: readonly string[]; readonly nearest?: string };
  "no-targets-known": { readonly technique: string; readonly has: readonly string[] };
  "no-biases": { readonly base: string; readonly head: number };
  "nothing-trains": { readonly technique: string; readonly task: string };
  "small-for-prompts": {
    readonly technique: string;
    readonly base: string;
    readonly parameters: number;
    readonly trained: number;
  };
  "rank-not-low": {
    readonly rank: number;
    readonly layer: string;
    readonly inputs: number;
    readonly outputs: number;
  };
  "technique-made": { readonly technique: string; readonly by: string };
  "empty-prompt-text": { readonly text: string };
  "exact-fit-refused": { readonly why: string; readonly instead: string };
  "cannot-merge": { readonly technique: string; readonly why: string };
}

const billions = (n: number): string =>
  n >= 1e9
    ? `${(n / 1e9).toFixed(1)} billion`
    : n >= 1e6
      ? `${Math.round(n / 1e6)} million`
      : n.toLocaleString("en-US");

export const techniquesCodes: CodeTable<TechniquesCodeData> = {
  "technique-made": {
    severity: "error",
    message: (d) =>
      `\`${d.technique}\` cannot be written as a technique: the strategy \`${d.by}\` creates it from \`lora\``,
    help: (d) => `write \`technique: lora\`, and \`strategy: ${d.by}\` in \`update\``,
    explain:
      "Its parts belong to the data sets that a model was trained on one after another, and each row is routed to the part with the most similar data. A model trained on one data set has nothing to choose from.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification, technique: routed_lora }
train m on d`,
  },
  "no-target": {
    severity: "error",
    message: (d) => `the base model has no linear layer "${d.target}"`,
    help: (d) =>
      d.nearest === undefined
        ? d.has.length
          ? `use one of its linear layers: ${listNames(d.has)}`
          : undefined
        : `write \`${d.nearest}\`; its linear layers are: ${listNames(d.has)}`,
    explain:
      "`targets` names the linear layers that the technique changes: by the last name of their path in the checkpoint " +
      "(`query`), a longer ending (`attention.output.dense`) or their kind (`all`, `attention`, `feed_forward`). " +
      "A name that matches no layer would silently train nothing.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification, technique: lora(targets: [q_proj]) }
train m on d`,
  },
  "no-targets-known": {
    severity: "error",
    facts: true,
    message: (d) => `the layers that ${d.technique} changes are not known for this base`,
    help: (d) => `name them: targets: [...], inputs: [...]; its linear layers are: ${listNames(d.has)}`,
    explain:
      "The technique scales keys, values and the last layer of each feed-forward block. It finds them by the " +
      "names in the families' checkpoints; for a base with other names you must name them.",
  },
  "no-biases": {
    severity: "error",
    facts: true,
    message: (d) =>
      `bitfit trains biases, but "${d.base}" has none: ${d.head > 0 ? `only the head's ${d.head.toLocaleString("en-US")} parameters would be trained` : "nothing would be trained"}`,
    help: (d) =>
      d.head > 0
        ? "use `head_only` to train only the head, else `lora(rank: 4)` or `ia3`"
        : "use `lora(rank: 4)` or `ia3`",
    explain:
      "BitFit trains the bias vectors of a base and nothing else. LLaMA and most similar models have no " +
      "biases, so BitFit has nothing to train there.",
  },
  "nothing-trains": {
    severity: "error",
    facts: true,
    message: (d) => `${d.technique} trains only the head, but ${d.task} has no head of its own`,
    help: () => "use `lora(rank: 8)`, which trains few weights of the base",
    explain:
      "A task that writes text uses the base's output embedding and has no new head. A technique " +
      "that trains only the head would train nothing at all.",
  },
  "small-for-prompts": {
    severity: "warning",
    facts: true,
    found: "model",
    message: (d) =>
      `${d.technique} learns little on a decoder of this size: "${d.base}" has ${billions(d.parameters)} parameters, of which ${d.trained.toLocaleString("en-US")} would be trained`,
    help: () => "use `lora(rank: 8)`; prompts come close to it from about ten billion parameters",
    explain:
      "Lester et al. (2021) compared prompt tuning with full fine-tuning. It is equal at about ten billion parameters " +
      "and far behind below one billion, where a few vectors cannot steer a frozen model.",
  },
  "rank-not-low": {
    severity: "warning",
    facts: true,
    found: "model",
    message: (d) =>
      `the rank ${d.rank} is not low for "${d.layer}" (${d.outputs} × ${d.inputs}): ${(d.rank * (d.inputs + d.outputs)).toLocaleString("en-US")} numbers would be trained for a weight of ${(d.inputs * d.outputs).toLocaleString("en-US")}`,
    help: () => "write `rank: 8` to 64, or `technique: full`",
    explain:
      "LoRA's two matrices have rank × (inputs + outputs) numbers. When they exceed the size of the weight, " +
      "full fine-tuning trains fewer numbers and learns more.",
  },
  "empty-prompt-text": {
    severity: "error",
    facts: true,
    paths: ["technique.init"],
    message: (d) => `the tokenizer gives no tokens for ${JSON.stringify(d.text)}`,
    help: () => "write a sentence that describes the task, or remove `init`",
    explain:
      "`init` of `prompt_tuning` sets the virtual tokens to the embeddings of a text's tokens, so at least one token is needed.",
  },
  "exact-fit-refused": {
    severity: "error",
    message: (d) => `the head cannot be fitted exactly: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "`head_only(fit: exact)` fits the head as `baseline(probe)` does: a logistic regression with one label per row on " +
      "the frozen base's features, all rows weighted equally. Weighted rows, other losses and other starting points need " +
      "a head that is trained in steps.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification(focal: 2), technique: head_only(fit: exact) }
train m on d`,
  },
  "cannot-merge": {
    severity: "error",
    facts: true,
    message: (d) => `the weights that ${d.technique} trained cannot be merged into the base's weights: ${d.why}`,
    help: () =>
      "use the folder `adapter` next to the run's checkpoints, which has the trained weights; `lora` and `ia3` can be merged",
    explain:
      "LoRA, DoRA and (IA)³ turn a linear layer into another linear layer, whose weight can be computed once. Adapters " +
      "add layers to a model, and prompts lengthen its input: no change to the base's weights gives the same result.",
  },
};
