/** AutoTrain's YAML (Hugging Face): a task by its name, the files of a folder by their splits, columns by their use. */
import { call, quoted, share, word, type Read } from "./program.js";
import type { Settings } from "./settings.js";
import { loraFrom } from "./technique.js";

/** What a task of theirs is here. `columns`: their names of columns, ours of roles. */
interface Kind {
  readonly task: string;
  readonly columns: Readonly<Record<string, string>>;
  /** What AutoTrain takes where the file says nothing. */
  readonly rate: number;
  readonly epochs: number;
}
const texts = { rate: 5e-5, epochs: 3 };
const decoders = { rate: 3e-5, epochs: 1 };
const embedders = { rate: 3e-5, epochs: 3 };
const classification: Kind = {
  task: "text_classification",
  columns: { text_column: "text", target_column: "label" },
  ...texts,
};
const pair = { sentence1_column: "text", sentence2_column: "text_pair" };
const kinds: Readonly<Record<string, Kind>> = {
  text_classification: classification,
  text_regression: { task: "regression", columns: { text_column: "text", target_column: "score" }, ...texts },
  token_classification: {
    task: "token_classification",
    columns: { tokens_column: "tokens", text_column: "tokens", tags_column: "tags", target_column: "tags" },
    ...texts,
  },
  seq2seq: { task: "text2text_generation", columns: { text_column: "input", target_column: "target" }, ...texts },
  extractive_qa: {
    task: "question_answering",
    columns: { question_column: "question", text_column: "context", answer_column: "answer" },
    ...texts,
  },
  llm: { task: "text_generation", columns: { text_column: "text" }, ...decoders },
  sentence_pair: { task: call("sentence_similarity", { loss: "ranking" }), columns: pair, ...embedders },
  sentence_pair_score: {
    task: call("sentence_similarity", { loss: "cosent" }),
    columns: { ...pair, target_column: "score" },
    ...embedders,
  },
  sentence_pair_class: {
    task: call("sentence_similarity", { loss: "contrastive" }),
    columns: { ...pair, target_column: "label" },
    ...embedders,
  },
  sentence_triplet: {
    task: call("sentence_similarity", { loss: "ranking" }),
    columns: { ...pair, sentence3_column: "negative" },
    ...embedders,
  },
};
/** Their spellings of one task. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/^text_(binary_|multi_class_)?classification$/, "text_classification"],
  [/^text_(single_column_)?regression$/, "text_regression"],
  [/^(text_)?token_classification$/, "token_classification"],
  [/^(seq2seq|text2text_generation)$/, "seq2seq"],
  [/^extractive_(qa|question_answering)$/, "extractive_qa"],
  [/^(llm(_(sft|default|generic|training|finetuning))?|lm_training)$/, "llm"],
  [/^(sentence_transformers|st)_(pair|qa)$/, "sentence_pair"],
  [/^(sentence_transformers|st)_pair_(score|class)$/, "sentence_pair_$2"],
  [/^(sentence_transformers|st)_triplet$/, "sentence_triplet"],
];
const optimizers: Readonly<Record<string, string>> = {
  adamw_torch: "adamw",
  adamw_torch_fused: "adamw",
  adamw_hf: "adamw",
  adamw_bnb_8bit: "adamw",
  paged_adamw_8bit: "adamw",
  paged_adamw_32bit: "adamw",
  adafactor: "adafactor",
  sgd: "sgd",
};
/** Tasks whose columns hold lists or objects. */
const lists = new Set(["token_classification", "question_answering"]);
const templates = new Set(["chatml", "zephyr", "tokenizer"]);

export function readAutoTrain(s: Settings): Read {
  const notes: string[] = [];
  const named = (s.text("task") ?? "").replace(/[-:\s]+/g, "_");
  const spelling = spellings.find(([pattern]) => pattern.test(named));
  const kind = kinds[spelling ? named.replace(...spelling) : ""];
  if (!kind) {
    s.leave("task", "the task isn't built; text_classification was taken");
    notes.push("The task isn't built here: look at every line below.");
  }
  const { task, columns, rate, epochs } = kind ?? classification;
  const { data, params, mapping } = {
    data: s.inner("data"),
    params: s.inner("params"),
    mapping: s.inner("data").inner("column_mapping"),
  };
  const decoder = task === "text_generation";
  const template = data.text("chat_template");
  const chats = decoder && template !== undefined && template !== "none";
  if (chats && !templates.has(template))
    data.leave("chat_template", "the template isn't built in; the base's own is used");

  const path = data.text("path") ?? "data";
  const [train, validation] = [data.text("train_split") ?? "train", data.text("valid_split")];
  const local = /[./]$|^[./~]|^\w+$/.test(path);
  notes.push(
    local
      ? "AutoTrain finds csv or jsonl by itself: say below which they are."
      : `"${path}" is a data set of the hub: fetch it to files and name them below.`,
  );
  const kept = chats || lists.has(task) ? "jsonl" : "csv";
  const file = (split: string): string =>
    `${kept}(${quoted(`${local ? `${path.replace(/\/$/, "")}/` : ""}${split}.${kept}`)})`;

  const bits = params.text("quantization");
  const adapted = params.flag("peft", "use_peft") || (bits !== undefined && bits !== "none");
  const technique = adapted ? loraFrom(params, "lora_") : "full";
  const merge = params.flag("merge_adapter");
  const optimizer = params.text("optimizer") ?? "adamw_torch";
  if (!optimizers[optimizer]) params.leave("optimizer", "the optimizer isn't built; adamw was taken");
  const schedule = params.text("scheduler") ?? "linear";
  const known = ["cosine", "linear", "constant"].includes(schedule);
  if (!known) params.leave("scheduler", "the schedule isn't built; the default serves");
  const precision = params.text("mixed_precision");
  if (precision === "fp16") params.leave("mixed_precision", "training in half precision is bf16 here");
  const patience = params.number("early_stopping_patience");
  const long = params.number("max_seq_length", "block_size", "model_max_length", "max_length");
  const stride = task === "question_answering" ? params.number("max_doc_stride") : undefined;
  const recompute = params.has("disable_gradient_checkpointing") && !params.flag("disable_gradient_checkpointing");
  s.ignore("project_name", "log", "backend");
  s.inner("hub").ignore("username", "token", "push_to_hub");
  params.ignore("block_size", "model_max_length", "padding", "logging_steps", "save_total_limit", "eval_strategy");
  params.ignore("use_flash_attention_2", "auto_find_batch_size", "add_eos_token", "trainer");
  const base = s.text("base_model");
  return {
    notes,
    data: {
      source: validation === undefined ? file(train) : `{ train: ${file(train)}, validation: ${file(validation)} }`,
      columns: `{ ${roles(columns, mapping, chats)
        .map(([role, column]) => `${role}: ${word(column)}`)
        .join(", ")} }`,
    },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task: chats ? "chat" : stride === undefined ? task : call(task, { stride }),
      technique: merge && technique !== "full" ? merged(technique) : technique,
      storage: technique === "full" ? undefined : bits === "int4" ? "nf4" : bits === "int8" ? "int8" : undefined,
      template: chats && template === "chatml" ? "chatml" : undefined,
      max_length: text(long),
    },
    recipe: {
      epochs: text(params.number("epochs") ?? epochs),
      batch_size: text(params.number("batch_size")),
      accumulate: text(params.number("gradient_accumulation")),
      packing: params.flag("packing") ? "true" : undefined,
      optimizer: call(optimizers[optimizer] ?? "adamw", {
        learning_rate: params.number("lr") ?? rate,
        weight_decay: params.number("weight_decay"),
      }),
      schedule: known ? call(schedule, { warmup: share(params.number("warmup_ratio") ?? 0.1) }) : undefined,
      clip: text(params.number("max_grad_norm")),
      early_stopping: patience === undefined || validation === undefined ? undefined : `patience(${String(patience)})`,
      precision: precision === "bf16" ? "bf16" : undefined,
      recompute: recompute ? "blocks" : undefined,
      seed: text(params.number("seed")),
    },
    left: s.left(),
  };
}

/** Our roles with the columns that play them; theirs that the task has no use for are left. */
function roles(
  columns: Readonly<Record<string, string>>,
  mapping: Settings,
  chats: boolean,
): readonly (readonly [string, string])[] {
  if (chats) return [["messages", mapping.text("text_column") ?? "messages"]];
  const told = new Map<string, string>();
  for (const [theirs, role] of Object.entries(columns)) {
    const column = mapping.text(theirs);
    const before = told.get(role);
    told.set(role, before === undefined || before === role ? (column ?? role) : before);
  }
  return [...told];
}
const merged = (technique: string): string =>
  technique.endsWith(")") ? technique.replace(/\)$/, ", merge: true)") : `${technique}(merge: true)`;
const text = (n: number | undefined): string | undefined => (n === undefined ? undefined : String(n));
