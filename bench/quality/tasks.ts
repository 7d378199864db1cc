/**
 * What techniques are compared on. A row of the table is a Tune program made from here: everything that isn't written in it
 * is the language's default, the learning rate of each technique above all.
 */
import type { DataSet } from "./dataset.js";
import { cooking } from "./datasets/cooking.js";
import { questions } from "./datasets/questions.js";
import { sentiment, sentimentChat } from "./datasets/sentiment.js";

export interface QualityTask {
  readonly name: string;
  readonly title: string;
  readonly set: DataSet;
  readonly base: string;
  readonly task: string;
  readonly columns: string;
  readonly maxLength: number;
  /** Keys of the recipe that are written; said in the table. */
  readonly recipe: string;
  /** As they are written; the first is the score. */
  readonly metrics: readonly [string, ...string[]];
  readonly better: "greater" | "smaller";
  readonly techniques: readonly string[];
  readonly seeds: number;
  /** What the peer reads (bench/peers/sklearn_baselines.py); absent: none makes sense. */
  readonly baseline?: { readonly kind: "label" | "labels" | "tags"; readonly input: string; readonly target: string };
  /** Rows in a quick try. */
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
const MINILM = "all-MiniLM-L6-v2";

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
    baseline: { kind: "label", input: "text", target: "label" },
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
    baseline: { kind: "label", input: "text", target: "intent" },
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
    baseline: { kind: "tags", input: "tokens", target: "tags" },
    quick: 80,
  },
  {
    name: "cooking",
    title: "Titles about cooking: 20 tags",
    set: cooking,
    base: MINILM,
    task: "multilabel_classification",
    columns: "text: text, labels: tags",
    maxLength: 64,
    recipe: "epochs: 3",
    metrics: ["f1(micro)", "f1(macro)"],
    better: "greater",
    techniques: ALL,
    seeds: 1,
    baseline: { kind: "labels", input: "text", target: "tags" },
    quick: 300,
  },
  {
    name: "chat",
    title: "Reviews asked of a chat model",
    set: sentimentChat,
    base: "SmolLM2-135M-Instruct",
    task: "chat",
    columns: "input: question, target: answer",
    maxLength: 128,
    recipe: "epochs: 2, batch_size: 8",
    metrics: ["exact_match", "perplexity"],
    better: "greater",
    techniques: ["lora", "ia3", "prompt_tuning"],
    seeds: 1,
    baseline: { kind: "label", input: "question", target: "answer" },
    quick: 24,
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

/** The Tune program of a row; it lies beside the data file. */
export function programOf({ task, technique, seed }: Row, file: string, o: ProgramOptions): string {
  const sample = o.quick ? `\n  sample: ${String(task.quick)}` : "";
  const writes = task.metrics.includes("exact_match") ? ", max_tokens: 8" : "";
  return `engine { engine: ${o.engine} }
data rows {
  source: jsonl(${JSON.stringify(file)})
  columns: { ${task.columns} }
  split: by_column(part)${sample}
}
model learner { base: ${JSON.stringify(task.base)}, task: ${task.task}, technique: ${technique}, max_length: ${String(task.maxLength)} }
recipe plain { ${o.quick ? task.recipe.replace(/epochs: \d+/, "epochs: 1") : task.recipe}, seed: ${String(seed)} }
train learner on rows with plain
evaluate learner on rows.test { metrics: [${task.metrics.join(", ")}]${writes} }
`;
}
