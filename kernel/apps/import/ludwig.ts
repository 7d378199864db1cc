/** Ludwig's YAML: one text input, and one output that is a text, a category or a number. */
import { wordCallText, quoted, asPercent, settingNumber, word, type ProgramDraft } from "./write-program.js";
import { optimizerFrom } from "./rates.js";
import { refusalAdvice, refuseObjective, refuseMultimodal } from "./refusals.js";
import type { ToolSettings } from "./settings.js";
import { loraFrom, peftTechnique } from "./technique.js";
import { namedCallText, techniqueByName, notCarriedReason } from "./words.js";

/** Checkpoints that Ludwig's encoder names refer to. */
const checkpoints: Readonly<Record<string, string>> = {
  bert: "bert-base-uncased",
  distilbert: "distilbert-base-uncased",
  roberta: "roberta-base",
  xlmroberta: "xlm-roberta-base",
  t5: "t5-small",
  gpt2: "gpt2",
};
/** Target roles other than a single label. */
const truths: Readonly<Record<string, string>> = { regression: "score", multilabel_classification: "labels" };
const tasks: Readonly<Record<string, string>> = {
  category: "text_classification",
  binary: "text_classification",
  number: "regression",
  numerical: "regression",
  set: "multilabel_classification",
  text: "text2text_generation",
};

export function readLudwig(s: ToolSettings): ProgramDraft {
  const notes = ["Ludwig's file names no data: put the file's name below."];
  const writes = s.text("model_type") === "llm";
  refuseModels(s);
  const { input, second, output, others } = featuresOf(s);
  for (const other of others) other.leaveAll("only the first input and the first output are carried over");
  const from = columnOf(input) ?? "text";
  const to = columnOf(output) ?? "label";
  const sort = output?.text("type") ?? "category";
  const task = writes && sort === "text" ? "chat" : (tasks[sort] ?? "text_classification");
  const trainer = s.has("trainer") ? s.inner("trainer") : s.inner("training");
  refuseTrainers(s, trainer, writes);
  const { base, technique } = basedOn(s, input, notes, writes);
  const pair = second && secondText(second, task);
  const bits = s.inner("quantization").number("bits");
  if (technique === "full") s.inner("quantization").leave("bits", "all weights train, so none is rounded");
  else if (bits !== undefined && bits !== 4 && bits !== 8)
    s.inner("quantization").leave("bits", "weights are stored in 32, 16, 8 or 4 bits");
  const prompt = s.inner("prompt");
  for (const key of ["template", "task", "retrieval"])
    prompt.leave(key, "write the prompt into the data's input column");
  const split = splitOf(s, notes);
  const lengths = s.inner("preprocessing");
  const long =
    lengths.number("global_max_sequence_length", "max_sequence_length") ??
    lengths.inner("text").number("max_sequence_length");
  const recipe = recipeOf(trainer, writes, split.hasHoldout);
  s.ignore("not part of the training", "backend", "generation", "ludwig_version");
  return {
    notes,
    data: {
      source: 'csv("data.csv")',
      columns:
        task === "chat" || task === "text2text_generation"
          ? `{ input: ${word(from)}, target: ${word(to)} }`
          : `{ text: ${word(from)}, ${pair === undefined ? "" : `text_pair: ${word(pair)}, `}${truths[task] ?? "label"}: ${word(to)} }`,
      split: split.text,
    },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task,
      technique,
      storage:
        bits === undefined || technique === "full" ? undefined : bits === 4 ? "nf4" : bits === 8 ? "int8" : undefined,
      max_length: settingNumber(long ?? (writes ? undefined : 256)),
    },
    recipe,
  };
}

function refuseModels(s: ToolSettings): void {
  const type = s.text("model_type");
  if (type === "gbm") s.refuse("model_type", "boosted trees", refusalAdvice.pretrained);
  if (s.has("hyperopt")) s.leave("hyperopt", "write a `sweep`");
  s.leave("combiner", "one input needs no combiner");
}

function featuresOf(s: ToolSettings): {
  readonly input?: ToolSettings;
  /** A second text input. */
  readonly second?: ToolSettings;
  readonly output?: ToolSettings;
  readonly others: readonly ToolSettings[];
} {
  const [inputs, outputs] = [s.list("input_features"), s.list("output_features")];
  const input = inputs.find((one) => one.text("type") === "text") ?? inputs[0];
  for (const one of inputs) {
    const type = one.text("type");
    if (type !== undefined && type !== "text")
      one.refuse(
        "type",
        `an input of ${kindOf(type)}`,
        inputs.includes(one) && input !== one
          ? "only texts are read; write the content into the text's column"
          : refusalAdvice.texts,
      );
  }
  for (const one of outputs) {
    const type = one.text("type");
    if (type !== undefined && !(type in tasks)) one.refuse("type", `an output of ${kindOf(type)}`, refusalAdvice.texts);
    const loss = one.inner("loss").text("type");
    if (
      loss !== undefined &&
      !/^(softmax_cross_entropy|binary_weighted_cross_entropy|mean_squared_error|sigmoid_cross_entropy|sequence_softmax_cross_entropy|next_token_softmax_cross_entropy)$/.test(
        loss,
      )
    )
      one.inner("loss").refuse("type", "a custom loss", refusalAdvice.loss);
    one.leave("decoder", "the task's own head is used");
    one.ignore("the base reads the text as one", "top_k", "reduce_input");
  }
  const [output] = outputs;
  const [second] = inputs.filter((one) => one !== input && one.text("type") === "text");
  return {
    ...(input && { input }),
    ...(second && { second }),
    ...(output && { output }),
    others: [...inputs.filter((one) => one !== input && one !== second), ...outputs.slice(1)],
  };
}
/** Returns the column of a second text, if the task reads pairs. */
function secondText(second: ToolSettings, task: string): string | undefined {
  if (!["text_classification", "regression"].includes(task)) {
    second.leaveAll("the task reads one text: put both into one column");
    return undefined;
  }
  const column = columnOf(second);
  for (const key of ["encoder", "preprocessing", "tied"])
    second.leave(key, "both texts are read together, by the base of the first");
  second.ignore("the base reads both texts as one", "level", "reduce_output", "trainable");
  second.leave("type", "the base reads both texts as one pair; there each text has its own encoder");
  return column;
}
const kindOf = (type: string): string =>
  ({
    image: "pictures",
    audio: "sound",
    timeseries: "time series",
    category: "tables",
    number: "tables",
    binary: "tables",
  })[type] ?? type;
const columnOf = (one: ToolSettings | undefined): string | undefined => {
  const column = one?.text("column");
  if (column !== undefined) one?.ignore("`column` names the rows' column", "name", "proc_column");
  return column ?? one?.text("name");
};

function refuseTrainers(s: ToolSettings, trainer: ToolSettings, writes: boolean): void {
  const type = trainer.text("type");
  if (type !== undefined && !refuseObjective(trainer, "type", type)) {
    if (type === "none") trainer.refuse("type", "no training", refusalAdvice.asked);
    else if (type !== "finetune" && type !== "trainer")
      trainer.leave("type", "a custom trainer; supervised training was used");
  }
  if (writes && type === undefined && s.inner("adapter").keys().length === 0 && s.text("adapter") === undefined)
    if (!s.has("trainer")) s.refuse("trainer", "missing, so nothing is trained", refusalAdvice.asked);
}

function basedOn(
  s: ToolSettings,
  input: ToolSettings | undefined,
  notes: string[],
  writes: boolean,
): { readonly base?: string; readonly technique: string } {
  const named = s.text("base_model");
  refuseMultimodal(s, "base_model", named);
  if (writes) {
    const one = s.inner("adapter");
    const word = one.keys().length === 0 ? s.text("adapter") : undefined;
    const technique = word !== undefined ? adapterNamed(s, word) : one.keys().length === 0 ? "full" : adapterOf(one);
    return { ...(named !== undefined && { base: named }), technique };
  }
  const word = input && input.inner("encoder").keys().length === 0 ? input.text("encoder") : undefined;
  const encoder = input?.inner("encoder");
  const type = word ?? encoder?.text("type");
  const path = encoder?.text("pretrained_model_name_or_path");
  if (type !== undefined && !pretrained(type) && input && (input.text("type") ?? "text") === "text") {
    if (word === undefined) encoder?.refuse("type", "a network from scratch", refusalAdvice.pretrained);
    else input.refuse("encoder", "a network from scratch", refusalAdvice.pretrained);
  }
  if (type === undefined)
    notes.push(
      "Without an encoder Ludwig trains a small network from scratch; here a pretrained model does it: name a base.",
    );
  const base = named ?? path ?? (type === undefined ? undefined : (checkpoints[type] ?? type));
  const adapter = encoder?.inner("adapter");
  const short = adapter && adapter.keys().length === 0 ? encoder?.text("adapter") : undefined;
  const adapts = short !== undefined || (adapter && adapter.keys().length > 0);
  if (adapts) for (const one of [encoder, input]) one?.ignore("an adapted base is frozen", "trainable");
  const frozen = !adapts && (encoder?.switched("trainable") ?? input?.switched("trainable")) === false;
  if (encoder?.switched("use_pretrained") === false)
    encoder.refuse("use_pretrained", "a network from scratch", refusalAdvice.pretrained);
  const technique =
    short !== undefined && encoder
      ? adapterNamed(encoder, short)
      : adapter && adapter.keys().length > 0
        ? adapterOf(adapter)
        : frozen
          ? "head_only"
          : "full";
  input?.inner("preprocessing").leaveAll("texts are read by the base's own tokenizer");
  if (input?.inner("preprocessing").keys().length === 0) input.ignore("it is empty", "preprocessing");
  input?.ignore("the base reads the text as one", "level", "reduce_output");
  return { ...(base !== undefined && { base }), technique };
}
const pretrained = (encoder: string): boolean =>
  encoder in checkpoints ||
  /^(auto_transformer|albert|electra|deberta|xlm|llama|mt5|longformer|camembert|flaubert|ctrl|gpt|xlnet|bloom|opt)$/.test(
    encoder,
  );

function adapterNamed(s: ToolSettings, name: string): string {
  if (name === "lora") return loraFrom(s.inner("-"), "", { rank: 8, dropout: 0.05 });
  return techniqueByName(s, "adapter", name);
}
/** Adapters whose settings are PEFT's, by its names. */
const BY_PEFT: readonly string[] = ["ia3", "prompt_tuning", "prefix_tuning"];
function adapterOf(adapter: ToolSettings): string {
  const type = adapter.text("type");
  if (type !== undefined && BY_PEFT.includes(type)) return peftTechnique(adapter, type);
  if (type !== undefined && type !== "lora") return techniqueByName(adapter, "type", type);
  return loraFrom(adapter, "", { rank: 8, dropout: 0.05 });
}

/** Ludwig's default holds out a tenth for validation and a fifth for the test. */
function splitOf(s: ToolSettings, notes: string[]): { readonly text?: string; readonly hasHoldout: boolean } {
  const split = s.inner("preprocessing").inner("split");
  const type = split.text("type");
  if (type === "fixed") {
    const column = split.text("column") ?? "split";
    notes.push(`The column "${column}" has each row's split; write its values as \`by_column\` expects them.`);
    return { text: `by_column(${word(column)})`, hasHoldout: true };
  }
  if (type !== undefined && type !== "random") {
    split.leave("type", "the split is not supported; rows are drawn at random");
    split.leave("column", "rows are drawn by chance");
  }
  const given = split.numbers("probabilities");
  const [train = 0, validation = 0, test = 0] = given.length > 0 ? given : [0.7, 0.1, 0.2];
  const part = (fraction: number): string | undefined => (fraction > 0 ? asPercent(fraction) : undefined);
  return {
    text: wordCallText("random", { train: part(train), validation: part(validation), test: part(test) }),
    hasHoldout: validation > 0,
  };
}

function recipeOf(trainer: ToolSettings, writes: boolean, hasHoldout: boolean): ProgramDraft["recipe"] {
  const rated = trainer.inner("optimizer");
  const word = rated.keys().length === 0 ? trainer.text("optimizer") : undefined;
  const rate = chosen(trainer, "learning_rate") ?? rated.number("lr") ?? (writes ? undefined : 1e-3);
  const optimizer =
    word === undefined
      ? optimizerFrom(rated, { name: ["type"], rate: ["-"], decay: "weight_decay", epsilon: ["eps"] }, rate)
      : optimizerFrom(trainer, { name: ["optimizer"], rate: ["-"] }, rate);
  const steps = trainer.number("train_steps");
  if (steps !== undefined) trainer.leave("epochs", "`train_steps` takes precedence");
  const patience = trainer.number("early_stop") ?? 5;
  for (const key of ["validation_field", "validation_metric"])
    trainer.leave(key, "write `keep: best(…)` with a metric of the task");
  const clip = trainer.inner("gradient_clipping").number("clipglobalnorm") ?? 0.5;
  trainer.ignore(
    "how the work is computed, saved and logged",
    /^(eval_batch_size|max_batch_size|checkpoints_per_epoch|steps_per_checkpoint|evaluate_training_set|skip_\w+|enable_profiling|compile)$/,
  );
  if (trainer.switched("should_shuffle") === true) trainer.ignore("rows are shuffled in each epoch", "should_shuffle");
  else trainer.leave("should_shuffle", "write `shuffle: none`");
  return {
    epochs: steps === undefined ? settingNumber(trainer.number("epochs") ?? (writes ? undefined : 100)) : undefined,
    steps: settingNumber(steps),
    batch_size: settingNumber(chosen(trainer, "batch_size") ?? (writes ? 1 : 128)),
    accumulate: settingNumber(chosen(trainer, "gradient_accumulation_steps")),
    optimizer,
    schedule: scheduleOf(trainer.inner("learning_rate_scheduler")),
    clip: settingNumber(clip),
    shuffle: "random",
    early_stopping: hasHoldout && patience > 0 && steps === undefined ? `patience(${String(patience)})` : undefined,
    recompute: trainer.flag("enable_gradient_checkpointing") ? "blocks" : undefined,
  };
}
/** Returns a number; `auto` is listed as not carried over. */
function chosen(s: ToolSettings, key: string): number | undefined {
  if (s.lowerText(key) !== "auto") return s.number(key);
  s.leave(key, "chosen there by the data; the default serves");
  return undefined;
}
function scheduleOf(s: ToolSettings): string {
  const [decay, warmup] = [s.text("decay", "type"), s.number("warmup_fraction")];
  s.ignore("not part of the schedule here", "warmup_evaluations");
  const given = warmup === undefined ? "0%" : asPercent(warmup);
  if (decay === undefined) return wordCallText("constant", { warmup: warmup === undefined ? undefined : given });
  const falls = namedCallText("schedule", decay, { warmup: given }, (_, why) => s.leave("warmup_fraction", why));
  if (falls !== undefined) return falls;
  for (const key of ["decay", "type"]) s.leave(key, notCarriedReason("schedule", decay, "the rate does not change"));
  return wordCallText("constant", { warmup: warmup === undefined ? undefined : given });
}
