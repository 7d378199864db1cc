/** Axolotl's YAML: chats, instructions and plain texts for decoders. */
import { call, quoted, share, type Read } from "./program.js";
import type { Settings } from "./settings.js";
import { loraFrom } from "./technique.js";

const optimizers: Readonly<Record<string, string>> = {
  adamw_torch: "adamw",
  adamw_torch_fused: "adamw",
  adamw_hf: "adamw",
  adamw_bnb_8bit: "adamw",
  adamw_8bit: "adamw",
  paged_adamw_8bit: "adamw",
  paged_adamw_32bit: "adamw",
  adafactor: "adafactor",
  lion_8bit: "lion",
  lion_pytorch: "lion",
  sgd: "sgd",
};
const templates = new Set(["chatml", "llama3", "gemma", "alpaca"]);

export function readAxolotl(s: Settings): Read {
  const notes: string[] = [];
  const sets = s.list("datasets");
  const first = sets[0];
  const path = first?.text("path");
  const kind = first?.text("type") ?? "alpaca";
  if (sets.length > 1)
    notes.push(`Only the first of ${String(sets.length)} data sets is carried over: mixtures aren't built yet.`);
  if (path !== undefined && !/\.\w+$/.test(path))
    notes.push(`"${path}" is a data set of the hub: fetch it to a file and name that.`);
  const chats = /chat_template|sharegpt/.test(kind);
  const plain = /completion|pretrain/.test(kind);
  const messages = first?.text("field_messages") ?? (/sharegpt/.test(kind) ? "conversations" : "messages");
  const field = first?.text("field") ?? "text";
  const held = s.number("val_set_size");
  const whole = held === undefined || held === 0;
  const four = s.flag("load_in_4bit");
  const eight = s.flag("load_in_8bit");
  const adapter = s.text("adapter");
  const warmup = s.number("warmup_ratio");
  const schedule = s.text("lr_scheduler") ?? "cosine";
  const optimizer = s.text("optimizer") ?? "adamw_torch";
  if (s.has("warmup_steps")) s.leave("warmup_steps", "a warm-up is a share of the steps: `warmup: 6%`");
  if (!optimizers[optimizer]) s.leave("optimizer", "the optimizer isn't built; adamw was taken");
  const template = s.text("chat_template");
  if (template !== undefined && chats && !templates.has(template) && template !== "tokenizer_default")
    s.leave("chat_template", "the template isn't built in; the base's own is used");
  const patience = s.number("early_stopping_patience");
  if (s.flag("train_on_inputs")) s.leave("train_on_inputs", "only answers are learnt in chats");
  s.ignore(
    "model_type",
    "tokenizer_type",
    "is_llama_derived_model",
    "output_dir",
    "dataset_prepared_path",
    "strict",
    "logging_steps",
  );
  s.ignore(
    "pad_to_sequence_len",
    "flash_attention",
    "xformers_attention",
    "sdp_attention",
    "tf32",
    "special_tokens",
    "resume_from_checkpoint",
  );
  first?.ignore("split", "roles_to_train", "train_on_eos", "ds_type", "name");
  const base = s.text("base_model");
  const steps = s.number("max_steps");
  return {
    notes,
    data: {
      source: `${/\.csv$/.test(path ?? "") ? "csv" : "jsonl"}(${quoted(path ?? "data.jsonl")})`,
      columns: chats ? `{ messages: ${messages} }` : plain ? `{ text: ${field} }` : "{ messages: alpaca() }",
      split: whole ? undefined : `random(train: ${share(1 - held)}, validation: ${share(held)})`,
    },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task: plain ? "text_generation" : "chat",
      technique: adapter === undefined ? "full" : loraFrom(s, "lora_"),
      storage: adapter === undefined ? undefined : four || adapter === "qlora" ? "nf4" : eight ? "int8" : undefined,
      template: chats && template !== undefined && templates.has(template) ? template : undefined,
      max_length: text(s.number("sequence_len")),
    },
    recipe: {
      epochs: steps === undefined ? text(s.number("num_epochs") ?? 1) : undefined,
      steps: text(steps),
      batch_size: text(s.number("micro_batch_size", "batch_size")),
      accumulate: text(s.number("gradient_accumulation_steps")),
      packing: s.flag("sample_packing") ? "true" : undefined,
      optimizer: call(optimizers[optimizer] ?? "adamw", {
        learning_rate: s.number("learning_rate"),
        weight_decay: s.number("weight_decay"),
      }),
      schedule: ["cosine", "linear", "constant"].includes(schedule)
        ? call(schedule, { warmup: warmup === undefined ? undefined : share(warmup) })
        : undefined,
      clip: text(s.number("max_grad_norm")),
      shuffle: s.flag("group_by_length") ? "by_length" : undefined,
      early_stopping: patience === undefined || whole ? undefined : `patience(${String(patience)})`,
      precision: s.flag("bf16") || s.text("bf16") === "auto" ? "bf16" : undefined,
      recompute: s.flag("gradient_checkpointing") ? "blocks" : undefined,
      seed: text(s.number("seed")),
    },
    left: s.left(sets.slice(0, 1)),
  };
}
const text = (n: number | undefined): string | undefined => (n === undefined ? undefined : String(n));
