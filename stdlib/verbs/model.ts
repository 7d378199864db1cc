import { compileDefinition as read } from "#dsl/compiler/define/define.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";
import { preferenceSettingAdvice } from "../foreign-names/preferences.js";

const stored =
  "remove it: `storage: nf4` and `int8` have no settings, and products are computed in the recipe's `precision`";
const ofBase = "remove it: a base brings its tokenizer, marks and padding included";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "model",
  doc: "Describes the model: the base, the task, and the technique.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }',
  operands: { what: "new-name" },
  connectors: { like: { takes: "model" } },
  effect: "defines",
  displays: true,
  read,
  needsBlock: true,
  elsewhere: {
    extends: "like",
    inherits: "like",
    base_model: "base",
    model_path: "base",
    pretrained_model_name_or_path: "base",
    chat_template: "template",
    task_type: "task",
    type: "task",
    max_len: "max_length",
    max_position_embeddings: "max_length",
    frozen: "freeze",
    model_name: "base",
    model_name_or_path: "base",
    pretrained: "base",
    checkpoint_name: "base",
    from_run: "load",
    run: "load",
    checkpoint: "load",
    load_from_checkpoint: "load",
    resume_from_checkpoint: "load",
    peft: "technique",
    adapter: "technique",
    max_seq_length: "max_length",
    max_seq_len: "max_length",
    sequence_len: "max_length",
    cutoff_len: "max_length",
    quantization: "storage",
    quantization_config: "storage",
    bnb_4bit_quant_type: "storage",
    load_in_4bit: "storage",
    load_in_8bit: "storage",
  },
  advice: {
    ...preferenceSettingAdvice.advice,
    load_in_4bit: "write `storage: nf4`",
    load_in_8bit: "write `storage: int8`",
    bnb_4bit_quant_type: "write `storage: nf4`",
    num_labels: "remove it: the labels are counted in the data",
    id2label: "remove it: labels keep their names; `labels: […]` of the data sets their order",
    label2id: "remove it: labels keep their names; `labels: […]` of the data sets their order",
    lora_target_linear: "write `technique: lora(targets: [all])`",
    device_map: "remove it; `engine { device: … }` sets the device",
    trust_remote_code: "remove it: a model's own code is never run",
    adapter: "write `technique: lora(rank: 8)`",
    peft_config: "write `technique: lora(rank: 8)`",
    use_peft: "write `technique: lora(rank: 8)`",
    chat_template_path: "write `template: chatml`, or another that is built; without one the base's own serves",
    eos_token: ofBase,
    pad_token: ofBase,
    bos_token: ofBase,
    special_tokens: ofBase,
    resize_vocab: ofBase,
    truncation_mode: "remove it: a text that is too long keeps its beginning",
    use_bnb_nested_quant: stored,
    bnb_4bit_use_double_quant: stored,
    bnb_4bit_compute_dtype: stored,
    bnb_4bit_quant_storage: stored,
    llm_int8_threshold: stored,
    llm_int8_skip_modules: stored,
    llm_int8_enable_fp32_cpu_offload: stored,
    llm_int8_has_fp16_weight: stored,
    load: 'it is a key: `model m { load: "…" }` has the weights and settings of a run',
    model_revision: 'write it behind the name: `base: "owner/name@revision"`',
    peft: "write `technique: lora(rank: 8)`",
  },
  idle: ["num_labels", "trust_remote_code"],
  parameters: [
    {
      name: "base",
      type: { is: "either", of: [{ is: "string" }, { is: "model" }] },
      doc: "The pretrained model: a hub name, a folder, or a model that a package carries.",
      required: true,
      unless: ["architecture", "load"],
      why: "Fine-tuning starts from pretrained weights.",
      impact: "high",
    },
    {
      name: "task",
      type: { is: "word", kind: "task" },
      doc: "The task that the model learns.",
      required: true,
      unless: "load",
      why: "The task decides head, loss and metrics.",
      impact: "high",
    },
    {
      name: "technique",
      type: { is: "word", kind: "technique" },
      doc: "Which weights train, and what is added to them.",
      default: { value: { word: "full", kind: "technique", arguments: {} } },
      why: "Other techniques approximate the training of all weights.",
      impact: "high",
    },
    {
      name: "max_length",
      type: { is: "number", integer: true },
      doc: "Maximum tokens of a row. Tasks that label a text truncate it, special tokens included, and warn about the share that is cut; tasks that predict each next token split longer texts into windows, so that no token is lost.",
      range: { min: 4 },
      default: {
        derived:
          "the number of positions of the base (less a technique's virtual tokens), at most 512; for a model that was trained before, its length in that training",
        from: (draft, context) => {
          const positions = typeof draft["positions"] === "number" ? draft["positions"] : 512;
          const most = typeof draft["reads"] === "number" ? draft["reads"] : 512;
          return Math.max(4, Math.min(most, positions - virtualTokens(draft["technique"], context)));
        },
      },
      why: "Batches are padded to their longest text only, so a generous limit costs nothing on short texts.",
      impact: "medium",
    },
    {
      name: "load",
      type: { is: "string" },
      suggests: { from: "files", endings: [] },
      doc: "A finished run, whose weights and settings the model has: its folder, its id in the folder of runs, or the name of the training if only one run has it. All other settings are the run's.",
      why: "A model that took an hour to train can be loaded in one line: in another notebook, after a restart.",
      impact: "high",
    },
    {
      name: "architecture",
      type: { is: "word", kind: "model" },
      doc: "A new model from scratch instead of a base: a family and its sizes. Weights are initialised as in transformers; it has `max_length` positions.",
      why: "For teaching, for small closed worlds (a notation, a game), and for languages that no base knows.",
      impact: "high",
      related: ["tokenizer"],
    },
    {
      name: "tokenizer",
      type: { is: "word", kind: "tokenizer" },
      doc: "For a model from scratch: the tokenizer, trained only on the texts of the training split. A base has its own.",
      default: {
        derived: "the kind of the family's own models, with its default vocabulary",
        from: (draft, context) => ownTokenizer(draft["architecture"], context),
      },
      why: "A tokenizer trained on the texts makes them short.",
      impact: "high",
      related: ["architecture"],
    },
    {
      name: "template",
      type: { is: "word", kind: "template" },
      doc: "How a conversation is written for the model, for the task `chat`.",
      default: { derived: "the base's own", from: () => null },
      why: "Chat models read roles through it.",
      impact: "high",
    },
    {
      name: "freeze",
      type: { is: "list", of: { is: "word", kind: "part" } },
      doc: "Parts of the base whose weights do not train, whatever the technique. Fewer trained layers take less time and forget less.",
      default: { value: [] },
      why: "The technique decides what trains.",
      impact: "medium",
    },
    {
      name: "storage",
      type: { is: "word", kind: "storage" },
      doc: "Storage format of weights that do not train: f32, bf16, int8 or nf4 (QLoRA). Each product makes a temporary f32 copy. A frozen base is only read: rounded once when it is loaded, it takes an eighth to a half of the memory, and each step takes longer.",
      default: { value: { word: "f32", kind: "storage", arguments: {} } },
      why: "f32 rounds nothing.",
      impact: "medium",
    },
  ],
};

/** Returns the type of tokenizer that belongs to a family; null if the model has a base. */
function ownTokenizer(architecture: Value | undefined, context: WordCheckContext): Value {
  if (typeof architecture !== "object" || architecture === null || !("word" in architecture)) return null;
  const scratch = context.find("model", (architecture as Call).word)?.capabilities?.fromScratch;
  return { word: scratch?.tokenizer ?? "bpe", kind: "tokenizer", arguments: {} };
}

/** Returns the number of positions that the model's technique takes from each text. */
function virtualTokens(technique: Value | undefined, context: WordCheckContext): number {
  if (typeof technique !== "object" || technique === null || !("word" in technique)) return 0;
  const count = context.find("technique", (technique as Call).word)?.capabilities?.virtualTokens;
  return count?.(technique as Call) ?? 0;
}
