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
    message: (d) => `\`${d.technique}\` can't be written: the strategy \`${d.by}\` makes it of \`lora\``,
    help: (d) => `write \`technique: lora\`, and \`strategy: ${d.by}\` where the model goes on learning`,
    explain:
      "Its parts are those of the data sets that a model has learnt one after the other, and rows are sent to them by what these data were like: a model that has learnt one data set has nothing to choose among.",
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
          ? `its linear layers are: ${listNames(d.has)}`
          : undefined
        : `here it is \`${d.nearest}\`; its linear layers are: ${listNames(d.has)}`,
    explain:
      "`targets` names the linear layers that the technique changes, by the last name of their path in the checkpoint " +
      "(`query`), a longer end of it (`attention.output.dense`) or their kind (`all`, `attention`, `feed_forward`). " +
      "A name that fits no layer would silently train nothing.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification, technique: lora(targets: [q_proj]) }
train m on d`,
  },
  "no-targets-known": {
    severity: "error",
    facts: true,
    message: (d) => `which layers ${d.technique} shall change isn't known for this base`,
    help: (d) => `name them: targets: [...], inputs: [...]; its linear layers are: ${listNames(d.has)}`,
    explain:
      "The technique scales what makes keys and values, and what ends each feed-forward sub-layer. It finds them by the " +
      "names that the families' checkpoints use; a base with other names must be told.",
  },
  "no-biases": {
    severity: "error",
    facts: true,
    message: (d) =>
      `bitfit trains biases, and "${d.base}" has none: ${d.head > 0 ? `only the head's ${d.head.toLocaleString("en-US")} parameters would train` : "nothing would train"}`,
    help: (d) =>
      d.head > 0 ? "use `head_only` if that is meant, else `lora(rank: 4)` or `ia3`" : "use `lora(rank: 4)` or `ia3`",
    explain:
      "BitFit trains the bias vectors of a base and leaves all else as it is. LLaMA and most of its kin are built without " +
      "biases, so that BitFit has nothing to train there.",
  },
  "nothing-trains": {
    severity: "error",
    facts: true,
    message: (d) => `${d.technique} trains the head alone, and ${d.task} has no head of its own`,
    help: () => "use `lora(rank: 8)`, which trains few weights of the base",
    explain:
      "A task that writes text reads the base's own output embedding: there is no fresh head to train, so that a technique " +
      "which trains nothing else would train nothing at all.",
  },
  "small-for-prompts": {
    severity: "warning",
    facts: true,
    found: "model",
    message: (d) =>
      `${d.technique} learns little on a decoder of this size: "${d.base}" has ${billions(d.parameters)} parameters, and ${d.trained.toLocaleString("en-US")} would train`,
    help: () => "use `lora(rank: 8)`; prompts come near to it from about ten billion parameters on",
    explain:
      "Lester et al. (2021) measured prompt tuning against full fine-tuning: it comes level at about ten billion parameters " +
      "and stays far behind below one billion, where a frozen model can't be steered by a few vectors alone.",
  },
  "rank-not-low": {
    severity: "warning",
    facts: true,
    found: "model",
    message: (d) =>
      `the rank ${d.rank} is not low for "${d.layer}" (${d.outputs} × ${d.inputs}): ${(d.rank * (d.inputs + d.outputs)).toLocaleString("en-US")} numbers would train beside a weight of ${(d.inputs * d.outputs).toLocaleString("en-US")}`,
    help: () => "write `rank: 8` to 64, or `technique: full`",
    explain:
      "LoRA's two matrices have rank × (inputs + outputs) numbers. From a rank on they are more than the weight that they stand " +
      "beside has, and full fine-tuning learns more for less.",
  },
  "empty-prompt-text": {
    severity: "error",
    facts: true,
    paths: ["technique.init"],
    message: (d) => `the tokenizer makes no tokens of ${JSON.stringify(d.text)}`,
    help: () => "write a sentence that says what the model shall do, or leave `init` out",
    explain:
      "`init` of `prompt_tuning` begins the virtual tokens with the embeddings of a text's tokens, of which there must be one.",
  },
  "exact-fit-refused": {
    severity: "error",
    message: (d) => `the head can't be found exactly: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "`head_only(fit: exact)` finds the head as `baseline(probe)` does: a logistic regression of one label of several over " +
      "what the frozen base makes of each text, every row counting once. Whatever weighs rows, bends the loss or begins " +
      "elsewhere is for a head that learns by steps.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification(focal: 2), technique: head_only(fit: exact) }
train m on d`,
  },
  "cannot-merge": {
    severity: "error",
    facts: true,
    message: (d) => `what ${d.technique} trained can't be merged into the base's weights: ${d.why}`,
    help: () =>
      "the folder `adapter` beside the run's checkpoints holds what was trained; `lora` and `ia3` can be merged",
    explain:
      "LoRA, DoRA and (IA)³ make of a linear layer another linear layer, whose weight can be computed once and for all. Adapters " +
      "put layers of their own into a model, and prompts lengthen its input: no weight of the base says the same.",
  },
};
