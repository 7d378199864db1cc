/**
 * Tasks on which techniques are compared. This module creates a Tune program for each row of the table. Everything not
 * written in it is the language's default, in particular the learning rate of each technique.
 */
import type { DataSet } from "./dataset.js";
import { cooking } from "./datasets/cooking.js";
import { pronunciations } from "./datasets/pronunciations.js";
import { questions } from "./datasets/questions.js";
import { sentiment, sentimentChat } from "./datasets/sentiment.js";
import { speeches } from "./datasets/speeches.js";

export interface QualityTask {
  readonly name: string;
  readonly title: string;
  readonly set: DataSet;
  /** A base by name, or `architecture` and `tokenizer` of a model trained from scratch. */
  readonly base: string;
  readonly task: string;
  readonly columns: string;
  readonly maxLength: number;
  /** Recipe keys set explicitly; shown in the table. */
  readonly recipe: string;
  /** Metrics as Tune source text; the first is the score. */
  readonly metrics: readonly [string, ...string[]];
  readonly better: "greater" | "smaller";
  readonly techniques: readonly string[];
  readonly seeds: number;
  /** A program of bench/peers that computes a baseline without a language model, and its arguments after the file. */
  readonly baseline: { readonly script: string; readonly arguments: readonly string[] };
  /** The column whose characters are counted for `bits_per_character`. */
  readonly characters?: string;
  /** Number of rows with `--quick`. */
  readonly quick: number;
}

const ALL = [
  "full",
  "head_only",
  "bitfit",
  "lora",
  "lora(dora: true)",
  "adapters",
  "prompt_tuning",
  "prefix_tuning",
  "ia3",
];
const sklearn = (kind: "label" | "labels" | "tags", input: string, target: string): QualityTask["baseline"] => ({
  script: "sklearn_baselines.py",
  arguments: ["--kind", kind, "--input", input, "--target", target],
});
const base = (name: string): string => `base: ${JSON.stringify(name)}`;
const MINILM = base("all-MiniLM-L6-v2");

export const TASKS: readonly QualityTask[] = [
  {
    name: "sentiment",
    title: "Reviews: positive or negative",
    set: sentiment,
    base: MINILM,
    task: "text_classification",
    columns: "text: text, label: label",
    maxLength: 128,
    recipe: "epochs: 3",
    metrics: ["accuracy", "f1(macro)"],
    better: "greater",
    techniques: ALL,
    seeds: 3,
    baseline: sklearn("label", "text", "label"),
    quick: 200,
  },
  {
    name: "intents",
    title: "Questions to a transport bot: intent",
    set: questions,
    base: MINILM,
    task: "text_classification",
    columns: "text: text, label: intent",
    maxLength: 64,
    recipe: "epochs: 10, batch_size: 8",
    metrics: ["accuracy", "f1(macro)"],
    better: "greater",
    techniques: ALL,
    seeds: 3,
    baseline: sklearn("label", "text", "intent"),
    quick: 80,
  },
  {
    name: "slots",
    title: "Questions to a transport bot: slots",
    set: questions,
    base: MINILM,
    task: "token_classification",
    columns: "tokens: tokens, tags: tags",
    maxLength: 64,
    recipe: "epochs: 10, batch_size: 8",
    metrics: ["entity_f1", "accuracy"],
    better: "greater",
    techniques: ALL,
    seeds: 3,
    baseline: sklearn("tags", "tokens", "tags"),
    quick: 80,
  },
  {
    name: "cooking",
    title: "Titles about cooking: 5 tags",
    set: cooking,
    base: MINILM,
    task: "multilabel_classification",
    columns: "text: text, labels: tags",
    maxLength: 64,
    recipe: "epochs: 5",
    metrics: ["f1(micro)", "f1(macro)", "average_precision(macro)"],
    better: "greater",
    techniques: ALL,
    seeds: 1,
    baseline: sklearn("labels", "text", "tags"),
    quick: 300,
  },
  {
    name: "chat",
    title: "Reviews asked of a chat model",
    set: sentimentChat,
    base: base("SmolLM2-135M-Instruct"),
    task: "chat",
    columns: "input: question, target: answer",
    maxLength: 128,
    recipe: "epochs: 2, batch_size: 8",
    metrics: ["exact_match", "perplexity"],
    better: "greater",
    techniques: ["lora", "ia3", "prompt_tuning"],
    seeds: 1,
    baseline: sklearn("label", "question", "answer"),
    quick: 24,
  },
  {
    name: "pronunciations",
    title: "Spelling to phonemes, a small T5 trained here",
    set: pronunciations,
    base: "architecture: t5(layers: 3, hidden: 128, heads: 4), tokenizer: bpe(vocabulary: 400)",
    task: "text2text_generation",
    columns: "input: word, target: phonemes",
    maxLength: 32,
    recipe: "epochs: 30, batch_size: 64",
    metrics: ["exact_match", "word_error_rate"],
    better: "greater",
    techniques: ["full"],
    seeds: 1,
    baseline: { script: "spelling_baselines.py", arguments: ["--input", "word", "--target", "phonemes"] },
    quick: 400,
  },
  {
    name: "speeches",
    title: "Speeches, a small GPT-2 trained here",
    set: speeches,
    base: "architecture: gpt2(layers: 4, hidden: 192, heads: 6), tokenizer: bpe(vocabulary: 2_000)",
    task: "text_generation",
    columns: "text: text",
    maxLength: 256,
    recipe: "epochs: 4, batch_size: 8",
    metrics: ["perplexity", "loss"],
    better: "smaller",
    techniques: ["full"],
    seeds: 1,
    baseline: { script: "text_baselines.py", arguments: ["--input", "text"] },
    characters: "text",
    quick: 60,
  },
];

export interface Row {
  readonly task: QualityTask;
  readonly technique: string;
  readonly seed: number;
}
export interface ProgramOptions {
  readonly quick: boolean;
  readonly engine: string;
}

/** Returns the Tune program of a row; it is written next to the data file. */
export function programOf({ task, technique, seed }: Row, file: string, o: ProgramOptions): string {
  const sample = o.quick ? `\n  sample: ${String(task.quick)}` : "";
  const writes = task.metrics.includes("exact_match")
    ? `, max_tokens: ${String(Math.min(32, task.maxLength - 1))}`
    : "";
  return `engine { engine: ${o.engine} }
data rows {
  source: jsonl(${JSON.stringify(file)})
  columns: { ${task.columns} }
  split: by_column(part)${sample}
}
model learner { ${task.base}, task: ${task.task}, technique: ${technique}, max_length: ${String(task.maxLength)} }
recipe plain { ${o.quick ? task.recipe.replace(/epochs: \d+/, "epochs: 1") : task.recipe}, seed: ${String(seed)} }
train learner on rows with plain
evaluate learner on rows.test { metrics: [${task.metrics.join(", ")}]${writes} }
`;
}
