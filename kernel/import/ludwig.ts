/** Ludwig's YAML: one input and one output that is text or a category. */
import { call, quoted, share, word, type Read } from "./program.js";
import type { Settings } from "./settings.js";
import { loraFrom } from "./technique.js";

const optimizers: Readonly<Record<string, string>> = {
  ...{ adam: "adamw", adamw: "adamw", sgd: "sgd", lion: "lion", adafactor: "adafactor" },
};
/** Checkpoints that Ludwig takes for its encoders' names. */
const checkpoints: Readonly<Record<string, string>> = {
  bert: "bert-base-uncased",
  distilbert: "distilbert-base-uncased",
  roberta: "roberta-base",
  xlmroberta: "xlm-roberta-base",
  t5: "t5-small",
};
const defaultOf = (encoder: string | undefined): string | undefined =>
  encoder === undefined ? undefined : (checkpoints[encoder] ?? encoder);
/** Roles of what is to be said, where they are no single label. */
const truths: Readonly<Record<string, string>> = { regression: "score", multilabel_classification: "labels" };

export function readLudwig(s: Settings): Read {
  const notes = ["Ludwig's file names no data: put the file's name below."];
  const [inputs, outputs] = [s.list("input_features"), s.list("output_features")];
  const [input, output] = [inputs[0], outputs[0]];
  const from = input?.text("name") ?? "text";
  const to = output?.text("name") ?? "label";
  const sort = output?.text("type") ?? "category";
  const encoder = input?.inner("encoder");
  const writes = s.text("model_type") === "llm" && sort === "text";
  const task = writes
    ? "chat"
    : sort === "text"
      ? "text2text_generation"
      : sort === "number"
        ? "regression"
        : sort === "set"
          ? "multilabel_classification"
          : "text_classification";
  if (inputs.length > 1 || outputs.length > 1)
    notes.push("Only the first input and the first output are carried over.");
  const { trainer, split, adapter } = {
    trainer: s.inner("trainer"),
    split: s.inner("preprocessing").inner("split"),
    adapter: s.inner("adapter"),
  };
  const kind = adapter.text("type");
  if (kind !== undefined && kind !== "lora") adapter.leave("type", "only lora is carried over");
  const bits = s.inner("quantization").number("bits");
  const prompt = s.inner("prompt");
  if (prompt.has("template")) prompt.leave("template", "write the prompt into the data's input column");
  const [train, validation, test] = split.numbers("probabilities");
  split.ignore("type");
  const optimizer = trainer
    .inner("optimizer")
    .text("type")
    ?.replace(/^paged_|_8bit$|_32bit$/g, "");
  const known = optimizers[optimizer ?? "adamw"];
  if (!known) trainer.inner("optimizer").leave("type", "the optimizer isn't built; adamw was taken");
  const scheduler = trainer.inner("learning_rate_scheduler");
  const [decay, warmup] = [scheduler.text("decay"), scheduler.number("warmup_fraction")];
  const trained = encoder?.flag("trainable");
  const base =
    s.text("base_model") ?? encoder?.text("pretrained_model_name_or_path") ?? defaultOf(encoder?.text("type"));
  trainer.ignore("type");
  const technique =
    kind === "lora"
      ? loraFrom(adapter)
      : encoder?.inner("adapter").text("type") === "lora"
        ? loraFrom(encoder.inner("adapter"))
        : trained === false && encoder?.has("trainable")
          ? "head_only"
          : "full";
  input?.ignore("type", "preprocessing");
  output?.ignore("decoder", "preprocessing");
  s.ignore("backend", "generation");
  const clip = trainer.inner("gradient_clipping").number("clipglobalnorm");
  return {
    notes,
    data: {
      source: 'csv("data.csv")',
      columns:
        writes || task === "text2text_generation"
          ? `{ input: ${word(from)}, target: ${word(to)} }`
          : `{ text: ${word(from)}, ${truths[task] ?? "label"}: ${word(to)} }`,
      split:
        train === undefined
          ? undefined
          : call("random", {
              train: share(train),
              validation: validation ? share(validation) : undefined,
              test: test ? share(test) : undefined,
            }),
    },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task,
      technique,
      storage: bits === undefined || technique === "full" ? undefined : bits === 4 ? "nf4" : "int8",
      max_length: text(s.inner("preprocessing").number("global_max_sequence_length")),
    },
    recipe: {
      epochs: text(trainer.number("epochs")),
      steps: text(trainer.number("train_steps")),
      batch_size: text(trainer.number("batch_size")),
      accumulate: text(trainer.number("gradient_accumulation_steps")),
      optimizer: call(known ?? "adamw", { learning_rate: trainer.number("learning_rate") }),
      schedule:
        decay !== undefined && ["cosine", "linear"].includes(decay)
          ? call(decay, { warmup: warmup === undefined ? undefined : share(warmup) })
          : undefined,
      clip: text(clip),
      recompute: trainer.flag("enable_gradient_checkpointing") ? "blocks" : undefined,
    },
    left: s.left([...inputs.slice(0, 1), ...outputs.slice(0, 1)]),
  };
}
const text = (n: number | undefined): string | undefined => (n === undefined ? undefined : String(n));
