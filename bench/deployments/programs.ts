/**
 * The models of the table: one from scratch for every family, every task on BERT, and the two locally available bases,
 * tuned.
 */
import type { Registry } from "#dsl/language/types/registry.js";

export interface Deployed {
  readonly name: string;
  readonly family: string;
  readonly task: string;
  /** Tune program that defines its data and trains it. */
  readonly program: string;
}

/** Vocabulary size per tokenizer type, small enough to be reached with the given rows. */
const VOCABULARY: Readonly<Record<string, number>> = { wordpiece: 90, unigram: 60, bpe: 320 };
const WORDS = "invoice parcel refund late wrong broken kind quick order train ticket password login price".split(" ");
const word = (i: number): string => WORDS[i % WORDS.length]!;
const SYLLABLES = "ba ke li mo nu ra se ti vo zu".split(" ");
/** Generates words of which no two are nearly the same, with enough subwords for the vocabulary. */
const odd = (i: number): string =>
  [0, 1, 2].map((k) => SYLLABLES[(i * (2 * k + 1) + (i >> 3) * (k + 3)) % 10]!).join("");
const text = (i: number): string =>
  `the ${word(i)} was ${word(i * 3 + 1)} and the ${word(i * 7 + 2)} ${word(i * 11 + 5)} ${odd(i)} ${odd(i * 3 + 1)} ${odd(i * 7 + 5)} number ${String(i)}`;

interface TaskOf {
  readonly task: string;
  readonly columns: string;
  readonly more?: string;
  row(i: number): object;
}
const ANSWERING: Readonly<Record<string, TaskOf>> = {
  labels: {
    task: "text_classification",
    columns: "text: text, label: label",
    row: (i) => ({ text: text(i), label: i % 3 ? "yes" : "no" }),
  },
  pairs: {
    task: "text_classification",
    columns: "text: text, text_pair: other, label: label",
    row: (i) => ({ text: text(i), other: text(i + 1), label: i % 2 ? "same" : "other" }),
  },
  sets: {
    task: "multilabel_classification",
    columns: "text: text, labels: labels",
    row: (i) => ({ text: text(i), labels: ["a", "b"].slice(0, i % 3) }),
  },
  scores: {
    task: "regression",
    columns: "text: text, score: score",
    row: (i) => ({ text: text(i), score: 3 + (i % 5) / 2 }),
  },
  tags: {
    task: "token_classification",
    columns: "tokens: tokens, tags: tags",
    row: (i) => ({ tokens: ["the", word(i), "was", String(i)], tags: ["O", "B-X", "O", "B-Y"] }),
  },
  answers: {
    task: "question_answering",
    columns: "question: question, context: context, answer: answer, answer_start: start",
    row: (i) => ({ question: "what was it", context: text(i), answer: word(i), start: 4 }),
  },
  fills: { task: "fill_mask", columns: "text: text", row: (i) => ({ text: text(i) }) },
  vectors: {
    task: "sentence_similarity",
    columns: "text: text, text_pair: other, label: label",
    row: (i) => ({ text: text(i), other: text(i + (i % 2)), label: i % 2 ? "same" : "other" }),
  },
};
const WRITING: Readonly<Record<string, TaskOf>> = {
  tales: { task: "text_generation", columns: "text: text", row: (i) => ({ text: text(i) }) },
  chats: {
    task: "chat",
    columns: "messages: messages",
    more: "template: plain",
    row: (i) => ({
      messages: [
        { role: "user", content: text(i) },
        { role: "assistant", content: text(i) },
      ],
    }),
  },
  rewrites: {
    task: "text2text_generation",
    columns: "input: input, target: target",
    row: (i) => ({ input: text(i), target: word(i) }),
  },
};
const ALL = { ...ANSWERING, ...WRITING };

export function rows(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(ALL).map(([name, { row }]) => [
      `${name}.jsonl`,
      Array.from({ length: 96 }, (_, i) => JSON.stringify({ ...row(i), part: i % 8 ? "train" : "test" })).join("\n"),
    ]),
  );
}

export function programs(registry: Registry): readonly Deployed[] {
  const families = registry.ofKind("model").filter((one) => !one.planned && one.capabilities?.fromScratch);
  const scratch = families.flatMap((one) => {
    const { shape, fromScratch: from } = one.capabilities ?? {};
    const kinds =
      one.name === "bert"
        ? Object.keys(ANSWERING)
        : shape === "encoder"
          ? ["labels"]
          : shape === "decoder"
            ? one.name === "gpt2"
              ? ["tales", "chats"]
              : ["tales"]
            : ["rewrites"];
    const sizes = "layers: 2, hidden: 64, heads: 4";
    return kinds.map((kind) =>
      program(
        `${one.name}_${kind}`,
        one.name,
        kind,
        `architecture: ${one.name}(${sizes}), tokenizer: ${from?.tokenizer ?? "bpe"}(vocabulary: ${String(VOCABULARY[from?.tokenizer ?? "bpe"] ?? 300)}), technique: full`,
      ),
    );
  });
  const tuned = [
    program("minilm_lora", "bert", "labels", 'base: "all-MiniLM-L6-v2", technique: lora(rank: 8)'),
    program("minilm_prompt", "bert", "labels", 'base: "all-MiniLM-L6-v2", technique: prompt_tuning(tokens: 4)'),
    program("minilm_vectors", "bert", "vectors", 'base: "all-MiniLM-L6-v2", technique: lora(rank: 8)'),
    program("smollm2_chat", "llama", "chats", 'base: "SmolLM2-135M-Instruct", technique: lora(rank: 8)', ""),
  ];
  return [...scratch, ...tuned];
}

function program(name: string, family: string, kind: keyof typeof ALL, of: string, more?: string): Deployed {
  const { task, columns, more: own } = ALL[kind]!;
  const given = more ?? own ?? "";
  const definition = `data ${name}_rows { source: jsonl("${kind}.jsonl"), columns: { ${columns} }, split: by_column(part) }
model ${name} { ${of}, task: ${task}, max_length: 64${given ? `, ${given}` : ""} }
train ${name} on ${name}_rows { steps: 3, batch_size: 8, seed: 1 }`;
  return { name, family, task, program: definition };
}
