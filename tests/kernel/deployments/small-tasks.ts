/** Every task on small models: training rows, and a program that trains the model in a moment. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSmallBert } from "#tests/kernel/session/small-bert.js";
import { writeT5 } from "#tests/kernel/session/small-t5.js";
import { writeTokenizer } from "#tests/kernel/session/small-tokenizers.js";
import { root } from "#tests/stdlib/models/golden.js";

const fixtures = fileURLToPath(new URL("fixtures/models/", root));

export interface SmallTask {
  /** Name of the model; the data's name has `_rows` appended. */
  readonly name: string;
  readonly base: "bert" | "gpt2" | "t5";
  /** Task as written in a program. */
  readonly task: string;
  readonly columns: string;
  row(i: number): Readonly<Record<string, unknown>>;
  readonly more?: string;
}

const WORDS = ["good", "bad", "fine", "poor", "kind", "mean"];
const word = (i: number): string => WORDS[i % 6]!;
const text = (i: number): string => `${word(i)} ${word(i * 5 + 1)} ${"abcdefgh"[i % 8]!}`;

export const TASKS: readonly SmallTask[] = [
  {
    ...{ name: "labels", base: "bert", task: "text_classification", columns: "text: text, label: label" },
    row: (i) => ({ text: text(i), label: i % 2 ? "yes" : "no" }),
  },
  {
    ...{
      name: "pairs",
      base: "bert",
      task: "text_classification",
      columns: "text: text, text_pair: other, label: label",
    },
    row: (i) => ({ text: text(i), other: text(i + 1), label: ["same", "other", "none"][i % 3] }),
  },
  {
    ...{ name: "sets", base: "bert", task: "multilabel_classification", columns: "text: text, labels: labels" },
    row: (i) => ({ text: text(i), labels: i % 3 ? ["a", "b"].slice(0, i % 3) : [] }),
  },
  {
    ...{ name: "scores", base: "bert", task: "regression", columns: "text: text, score: score" },
    row: (i) => ({ text: text(i), score: 3 + (i % 5) / 2 }),
  },
  {
    ...{ name: "tags", base: "bert", task: "token_classification", columns: "tokens: tokens, tags: tags" },
    row: (i) => ({ tokens: text(i).split(" "), tags: ["B-X", "O", "I-X"].slice(0, 3) }),
  },
  {
    ...{ name: "answers", base: "bert", task: "question_answering" },
    columns: "question: question, context: context, answer: answer, answer_start: start",
    row: (i) => ({ question: "who", context: text(i), answer: word(i), start: 0 }),
  },
  {
    ...{ name: "fills", base: "bert", task: "fill_mask", columns: "text: text" },
    row: (i) => ({ text: text(i) }),
  },
  {
    ...{
      name: "vectors",
      base: "bert",
      task: "sentence_similarity",
      columns: "text: text, text_pair: other, label: label",
    },
    row: (i) => ({ text: text(i), other: text(i + (i % 2)), label: i % 2 ? "same" : "other" }),
  },
  {
    ...{ name: "tales", base: "gpt2", task: "text_generation", columns: "text: text" },
    row: (i) => ({ text: text(i) }),
  },
  {
    ...{ name: "chats", base: "gpt2", task: "chat", columns: "messages: messages", more: "template: plain" },
    row: (i) => ({
      messages: [
        { role: "user", content: word(i) },
        { role: "assistant", content: text(i) },
      ],
    }),
  },
  {
    ...{ name: "rewrites", base: "t5", task: "text2text_generation", columns: "input: input, target: target" },
    row: (i) => ({ input: word(i), target: word(i + 1) }),
  },
];

/** Chat template of the base `own`, a GPT-2 with its own template. */
const TEMPLATE =
  "{% for m in messages %}{{ 'U:' if m.role == 'user' else 'A:' }}{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}A:{% endif %}";

/** Writes bases and rows to `folder`. */
export function writeSmallTasks(folder: string): void {
  writeSmallBert(join(folder, "bert"), [..."abcdefgh", ...WORDS, "who", "the", "train", "was", "##ed", "##s"]);
  cpSync(join(fixtures, "gpt2-plain"), join(folder, "gpt2"), { recursive: true });
  writeTokenizer(join(folder, "gpt2"), "letters");
  cpSync(join(folder, "gpt2"), join(folder, "own"), { recursive: true });
  const settings = JSON.parse(readFileSync(join(folder, "own/tokenizer_config.json"), "utf8")) as object;
  writeFileSync(join(folder, "own/tokenizer_config.json"), JSON.stringify({ ...settings, chat_template: TEMPLATE }));
  writeT5(join(folder, "t5"));
  for (const { name, row } of TASKS) {
    const rows = Array.from({ length: 36 }, (_, i) => JSON.stringify({ ...row(i), part: i % 6 ? "train" : "test" }));
    writeFileSync(join(folder, `${name}.jsonl`), rows.join("\n"));
  }
}

/** Returns a program that defines and trains the model. `technique` is written as in a program. */
export function programOf({ name, base, task, columns, more }: SmallTask, technique: string, as = name): string {
  return `data ${name}_rows { source: jsonl("${name}.jsonl"), columns: { ${columns} }, split: by_column(part) }
model ${as} { base: "${base}", task: ${task}, technique: ${technique}, max_length: 24${more ? `, ${more}` : ""} }
train ${as} on ${name}_rows { steps: 3, batch_size: 8, optimizer: adamw(learning_rate: 5e-3), schedule: constant, seed: 1 }`;
}
