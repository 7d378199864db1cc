/** AutoTrain's YAML (Hugging Face): a named task, a folder's files by split, columns by use. */
import { isSwitchedOn, filesReason, ignoreTrainerSettings, kernelsReason, publishAdvice } from "./ignored-settings.js";
import { wordCallText, hubSourceText, quoted, settingNumber, word, type ProgramDraft } from "./write-program.js";
import { optimizerFrom, scheduleFrom } from "./rates.js";
import { refusalAdvice, refuseObjective, refuseMultimodal } from "./refusals.js";
import type { ToolSettings } from "./settings.js";
import { loraFrom } from "./technique.js";

/** Our equivalent of an AutoTrain task. `columns`: our roles by AutoTrain's column settings. */
interface Kind {
  readonly task: string;
  readonly columns: Readonly<Record<string, string>>;
  /** AutoTrain's default. */
  readonly rate: number;
  readonly epochs: number;
  readonly batch: number;
  readonly accumulate?: number;
  /** Stops early if rows are held out. */
  readonly stops: boolean;
}
const texts = { rate: 5e-5, epochs: 3, batch: 8, stops: true };
const decoders = { rate: 3e-5, epochs: 1, batch: 2, accumulate: 4, stops: false };
const embedders = { rate: 3e-5, epochs: 3, batch: 8, stops: true };
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
  seq2seq: {
    task: "text2text_generation",
    columns: { text_column: "input", target_column: "target" },
    ...texts,
    batch: 2,
  },
  extractive_qa: {
    task: "question_answering",
    columns: { question_column: "question", text_column: "context", answer_column: "answer" },
    ...texts,
  },
  llm: { task: "text_generation", columns: { text_column: "text" }, ...decoders },
  sentence_pair: { task: wordCallText("sentence_similarity", { loss: "ranking" }), columns: pair, ...embedders },
  sentence_pair_score: {
    task: wordCallText("sentence_similarity", { loss: "cosent" }),
    columns: { ...pair, target_column: "score" },
    ...embedders,
  },
  sentence_pair_class: {
    task: wordCallText("sentence_similarity", { loss: "contrastive" }),
    columns: { ...pair, target_column: "label" },
    ...embedders,
  },
  sentence_triplet: {
    task: wordCallText("sentence_similarity", { loss: "ranking" }),
    columns: { ...pair, sentence3_column: "negative" },
    ...embedders,
  },
};
/** AutoTrain's spellings of one task. */
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
/** Tasks whose columns contain lists or objects. */
const lists = new Set(["token_classification", "question_answering"]);
const templates = new Set(["chatml", "zephyr", "tokenizer"]);

export function readAutoTrain(s: ToolSettings): ProgramDraft {
  const notes: string[] = [];
  const named = (s.text("task") ?? "").replace(/[-:\s]+/g, "_");
  const params = s.inner("params");
  const kind = kindOf(s, params, named);
  const { task, columns } = kind;
  const data = s.inner("data");
  const mapping = data.inner("column_mapping");
  for (const key of mapping.keys())
    if (/^(image|objects|audio|rejected_text|prompt_text)_column$/.test(key) && !(key in columns))
      mapping.leave(key, "the task has no such column");
  const decoder = task === "text_generation";
  const template = data.text("chat_template") ?? params.text("chat_template");
  const chats = decoder && template !== undefined && template !== "none";
  for (const one of [data, params])
    if (!chats) one.leave("chat_template", "the task has no template");
    else if (!templates.has(template)) one.leave("chat_template", "the template is not known; the base's own is used");
  if (chats) notes.push("All tokens of a conversation are trained there; here only the assistant's turns.");
  const { source, hasHoldout } = sourceOf(data, chats || lists.has(task), notes);
  const base = s.text("base_model");
  refuseMultimodal(s, "base_model", base);
  const { technique, storage } = techniqueOf(params);
  const stride = task === "question_answering" ? (params.number("max_doc_stride") ?? 128) : undefined;
  const long = params.number("max_seq_length", ...(decoder ? ["block_size", "model_max_length"] : []), "max_length");
  const recipe = recipeOf(params, kind, hasHoldout);
  s.ignore(filesReason, "project_name", "log", "backend");
  const sent = s.inner("hub");
  if (isSwitchedOn(sent.value("push_to_hub"))) sent.leave("push_to_hub", publishAdvice);
  sent.ignore(filesReason, /^(username|token|push_to_hub)$/);
  params.ignore(kernelsReason, /^(padding|unsloth|use_flash_attention_2)$/);
  params.consume(/^trainer$/);
  params.leave("add_eos_token", "each text ends with the tokenizer's own token");
  params.leave("model_max_length", "`max_length` is a single length");
  params.leave("max_prompt_length", "`max_length` is a single length");
  if (hasHoldout) params.ignore("rows are scored after each epoch", /^eval_strategy$/);
  else params.leave("eval_strategy", "there are no validation rows: write a `split`");
  ignoreTrainerSettings(params);
  return {
    notes,
    data: {
      source,
      columns: `{ ${roles(columns, mapping, chats)
        .map(([role, column]) => `${role}: ${word(column)}`)
        .join(", ")} }`,
    },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task: chats ? "chat" : stride === undefined ? task : wordCallText(task, { stride }),
      technique,
      storage,
      template: chats && template === "chatml" ? "chatml" : undefined,
      max_length: settingNumber(long ?? (decoder ? 2048 : 128)),
    },
    recipe,
  };
}

function kindOf(s: ToolSettings, params: ToolSettings, named: string): Kind {
  const spelling = spellings.find(([pattern]) => pattern.test(named));
  const kind = kinds[spelling ? named.replace(...spelling) : ""];
  const trainer = params.text("trainer");
  if (trainer !== undefined && refuseObjective(params, "trainer", trainer)) return kind ?? classification;
  if (kind) return kind;
  if (refuseObjective(s, "task", named.replace(/^llm_/, ""))) return classification;
  const [what, serves] = /image|object|vlm|vision/.test(named)
    ? ["a task over pictures", refusalAdvice.texts]
    : /tabular/.test(named)
      ? ["a task over tables", refusalAdvice.texts]
      : ["an unsupported task", "use one of the tasks in the reference, docs/reference/words"];
  s.refuse("task", what, serves);
  return classification;
}

function sourceOf(
  data: ToolSettings,
  nested: boolean,
  notes: string[],
): { readonly source: string; readonly hasHoldout: boolean } {
  const path = data.text("path") ?? "data";
  const [train, validation] = [data.text("train_split") ?? "train", data.text("valid_split")];
  if (!/[./]$|^[./~]|^\w+$/.test(path)) {
    const split = (name: string): string => {
      const [config, splitName = config] = name.split(":");
      return hubSourceText(path, {
        config: splitName === config ? undefined : config,
        split: splitName,
        revision: undefined,
      });
    };
    return validation === undefined
      ? { source: split(train), hasHoldout: false }
      : { source: `{ train: ${split(train)}, validation: ${split(validation)} }`, hasHoldout: true };
  }
  notes.push("AutoTrain finds csv or jsonl by itself: say below which they are.");
  const reader = nested ? "jsonl" : "csv";
  const file = (split: string): string =>
    `${reader}(${quoted(`${path.replace(/\/$/, "")}/${split.replace(/:/g, "-")}.${reader}`)})`;
  return validation === undefined
    ? { source: file(train), hasHoldout: false }
    : { source: `{ train: ${file(train)}, validation: ${file(validation)} }`, hasHoldout: true };
}

function techniqueOf(params: ToolSettings): { readonly technique: string; readonly storage: string | undefined } {
  const bits = params.text("quantization");
  const wantsAdapter = params.flag("peft", "use_peft");
  const stored = bits === "int4" ? "nf4" : bits === "int8" ? "int8" : undefined;
  if (bits !== undefined && bits !== "none" && stored === undefined)
    params.leave("quantization", "weights are stored in 32, 16, 8 or 4 bits");
  if (!wantsAdapter && stored === undefined) {
    params.leave("merge_adapter", "nothing is adapted");
    return { technique: "full", storage: undefined };
  }
  if (stored !== undefined) params.ignore("weights stored in few bits are adapted in any case", "peft", "use_peft");
  const lora = loraFrom(params, "lora_", { rank: 16, alpha: 32, dropout: 0.05, every: true });
  return { technique: params.flag("merge_adapter") ? merged(lora) : lora, storage: stored };
}

function recipeOf(
  params: ToolSettings,
  { rate, epochs, batch, accumulate, stops }: Kind,
  hasHoldout: boolean,
): ProgramDraft["recipe"] {
  const precision = params.text("mixed_precision");
  if (!["bf16", "none", "no", undefined].includes(precision))
    params.leave("mixed_precision", "training in half precision is bf16 here");
  const patience = params.number("early_stopping_patience") ?? (stops ? 5 : undefined);
  const by = params.number("early_stopping_threshold") ?? (stops ? 0.01 : undefined);
  if (!hasHoldout)
    for (const key of ["early_stopping_patience", "early_stopping_threshold"])
      params.leave(key, "there are no validation rows");
  const recompute = params.switched("disable_gradient_checkpointing");
  return {
    epochs: settingNumber(params.number("epochs") ?? epochs),
    batch_size: settingNumber(params.number("batch_size") ?? batch),
    accumulate: settingNumber(params.number("gradient_accumulation") ?? accumulate),
    packing: params.flag("packing") ? "true" : undefined,
    optimizer: optimizerFrom(params, { name: ["optimizer"], rate: ["lr"], decay: "weight_decay" }, rate),
    schedule: scheduleFrom(params, { name: ["scheduler"], ratio: "warmup_ratio" }, { name: "linear", warmup: "10%" }),
    clip: settingNumber(params.number("max_grad_norm")),
    shuffle: "random",
    early_stopping:
      patience === undefined || !hasHoldout ? undefined : wordCallText("patience", { validations: patience, by }),
    precision: precision === "bf16" ? "bf16" : undefined,
    recompute: recompute === false ? "blocks" : undefined,
    seed: settingNumber(params.number("seed")),
  };
}

/** Maps our roles to columns; column settings that the task does not use are reported as not carried over. */
function roles(
  columns: Readonly<Record<string, string>>,
  mapping: ToolSettings,
  chats: boolean,
): readonly (readonly [string, string])[] {
  if (chats) return [["messages", mapping.text("text_column") ?? "messages"]];
  const roleColumns = new Map<string, string>();
  for (const [theirs, role] of Object.entries(columns)) {
    const column = mapping.text(theirs);
    const before = roleColumns.get(role);
    roleColumns.set(role, before === undefined || before === role ? (column ?? role) : before);
  }
  return [...roleColumns];
}
const merged = (technique: string): string =>
  technique.endsWith(")") ? technique.replace(/\)$/, ", merge: true)") : `${technique}(merge: true)`;
