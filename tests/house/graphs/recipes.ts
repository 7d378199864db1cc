/**
 * Programs whose graphs are compared byte by byte: each task, technique, optimizer, strategy, distillation loss and
 * family, with tiny bases.
 */
import { readdirSync, readFileSync } from "node:fs";
import { built } from "#tests/dsl/programs.js";
import { root } from "#tests/imports.js";
import { join } from "node:path";

const data = (columns: string, name = "d", split = "train: 80%, validation: 10%, test: 10%"): string =>
  `data ${name} { source: csv("${name}.csv"), columns: { ${columns} }, split: random(${split}) }\n`;
const LABELLED = data("text: text, label: label");
const CLASSIFIER = `${LABELLED}model m { base: "bert-plain", task: text_classification, max_length: 32 }\n`;

/** A program with one training: data, a model and the recipe's block. */
const training = (columns: string, model: string, recipe = "epochs: 1"): string =>
  `${data(columns)}model m { ${model}, max_length: 32 }\ntrain m on d { ${recipe} }\n`;

function record(
  group: string,
  values: readonly string[],
  program: (value: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map((value) => [`${group}: ${value}`, program(value)]));
}

const TASKS: Readonly<Record<string, readonly [columns: string, base: string]>> = {
  text_classification: ["text: text, label: label", "bert-plain"],
  "text_classification of pairs": ["text: a, text_pair: b, label: label", "bert-plain"],
  multilabel_classification: ["text: text, labels: label", "bert-plain"],
  regression: ["text: text, score: label", "bert-plain"],
  token_classification: ["tokens: text, tags: label", "bert-plain"],
  question_answering: ["question: a, context: b, answer: label", "bert-plain"],
  sentence_similarity: ["text: a, text_pair: b, score: label", "bert-plain"],
  fill_mask: ["text: text", "bert-plain"],
  text_generation: ["text: text", "gpt2-plain"],
  chat: ["messages: text", "llama-grouped"],
  text2text_generation: ["input: a, target: b", "t5-plain"],
  summarization: ["input: a, target: b", "t5-plain"],
  'translation(prefix: "to French: ")': ["input: a, target: b", "t5-plain"],
};

const tasks = Object.fromEntries(
  Object.entries(TASKS).map(([name, [columns, base]]) => {
    const task = name.replace(/ of pairs$/, "");
    const template = task === "chat" ? ", template: chatml" : "";
    return [`task: ${name}`, training(columns, `base: "${base}", task: ${task}${template}`)];
  }),
);

const TECHNIQUES = [
  "full",
  "head_only",
  "bitfit",
  "lora(rank: 4)",
  "lora(rank: 4, dora: true, dropout: 0.1)",
  "adapters(size: 8)",
  "adapters(pfeiffer, size: 8)",
  "ia3",
  "prefix_tuning(tokens: 4)",
  "prompt_tuning(tokens: 4)",
];
const OPTIMIZERS = [
  "adamw(learning_rate: 1e-3)",
  "adafactor(learning_rate: 1e-4)",
  "lion(learning_rate: 3e-5)",
  "sgd(learning_rate: 0.01, momentum: 0.9)",
  "sgd(learning_rate: 0.01)",
];
const SETTINGS = [
  "accumulate: 4",
  "precision: bf16",
  "recompute: blocks",
  "clip: none, dropout: 0.2",
  "privacy: differential(8)",
  "seed: 7",
];
const STRATEGIES = [
  "naive",
  "joint",
  "l2(strength: 0.1)",
  "ewc(strength: 1000)",
  "ewc(strength: 1000, fisher: sampled)",
  "si(strength: 0.1)",
  "replay(5%)",
  "lwf(strength: 1)",
  "der(strength: 0.5, beta: 0.5, share: 5%)",
  "o_lora(strength: 0.5)",
  "lora_per_task",
];
const LESSONS = [
  "labels",
  "logits",
  "[labels, logits(temperature: 3)]",
  "[labels, hidden]",
  "[logits, hidden(by: cosine, blocks: last)]",
  "[labels, attention(of: scores)]",
  "attention(of: relations)",
];
const FAMILIES: Readonly<Record<string, string>> = {
  "qwen2-bias": "lora(rank: 2)",
  "qwen3-normed": "full",
  "mistral-window": "lora(rank: 2)",
  "gemma-shared": "full",
  "gemma2-capped": "lora(rank: 2)",
  "gemma3_text-near": "lora(rank: 2)",
  "cohere-parallel": "full",
  "llama-yarn": "prefix_tuning(tokens: 3)",
};
const AGGREGATORS = ["fedavg", "fedprox(mu: 0.01)", "scaffold", "fedadam"];

const families = Object.fromEntries(
  Object.entries(FAMILIES).map(([base, technique]) => [
    `family: ${base}`,
    training("text: text", `base: "${base}", task: text_generation, technique: ${technique}`),
  ]),
);
const fromScratch = record("from scratch", ["bert", "distilbert", "roberta", "mobilebert"], (family) =>
  training(
    "text: text, label: label",
    `architecture: ${family}(layers: 1, hidden: 16, heads: 2), tokenizer: wordpiece(vocabulary: 200), task: text_classification`,
  ),
);

const more: Readonly<Record<string, string>> = {
  packing: training("text: text", `base: "gpt2-plain", task: text_generation`, "epochs: 1, packing: true"),
  "quantized base": training(
    "text: text",
    `base: "llama-grouped", task: text_generation, technique: lora, storage: nf4`,
  ),
  "frozen layers": training(
    "tokens: text, tags: label",
    `base: "bert-plain", task: token_classification, freeze: [embeddings, layers(0..0)]`,
  ),
  "lora of an encoder-decoder": training(
    "input: a, target: b",
    `base: "t5-plain", task: text2text_generation, technique: lora`,
  ),
  "private rows of a decoder": training(
    "text: text",
    `base: "gpt2-plain", task: text_generation, technique: lora`,
    "epochs: 1, privacy: differential(8)",
  ),
};

/**
 * Shipped programs and the programs of the plan goldens, with tiny bases of the same family in place of theirs.
 * Excluded: the program with mistakes, and the one that trains with the result of a sweep.
 */
function examples(): Readonly<Record<string, string>> {
  const folder = join(root, "page/examples");
  const files = readdirSync(folder).filter((name) => name.endsWith(".tune") && !/mistakes|sweep/.test(name));
  const shipped = files.map((name) => [`example: ${name}`, readFileSync(join(folder, name), "utf8")]);
  return Object.fromEntries([...Object.entries(built).map(([name, text]) => [`plan: ${name}`, text]), ...shipped]);
}

const second = data("text: text, label: label", "e");
export const programs: Readonly<Record<string, string>> = {
  ...tasks,
  ...record("technique", TECHNIQUES, (technique) =>
    training("text: text, label: label", `base: "bert-plain", task: text_classification, technique: ${technique}`),
  ),
  ...record(
    "optimizer",
    OPTIMIZERS,
    (optimizer) => `${CLASSIFIER}train m on d { epochs: 1, optimizer: ${optimizer} }\n`,
  ),
  ...record("setting", SETTINGS, (setting) => `${CLASSIFIER}train m on d { epochs: 1, ${setting} }\n`),
  ...record("strategy", STRATEGIES, (strategy) => {
    const technique = strategy.includes("lora") ? "lora(rank: 2)" : "full";
    const model = `model m { base: "bert-plain", task: text_classification, technique: ${technique}, max_length: 32 }\n`;
    return `${LABELLED}${second}${model}train m on d { epochs: 1 }\nupdate m on e, d as n { strategy: ${strategy} }\n`;
  }),
  ...record(
    "lesson",
    LESSONS,
    (lessons) =>
      `${CLASSIFIER}recipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d with r as s { distill: student(layers: 1, learns: ${lessons}) }\n`,
  ),
  ...record(
    "aggregator",
    AGGREGATORS,
    (aggregate) => `${CLASSIFIER}federate m on d as f { clients: even(4), rounds: 2, aggregate: ${aggregate} }\n`,
  ),
  ...families,
  ...fromScratch,
  ...more,
  ...examples(),
};
