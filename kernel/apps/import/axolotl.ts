/** Axolotl's YAML: conversations, instructions and plain texts for decoders. */
import { readHoldoutSize, readAxolotlRows } from "./axolotl-data.js";
import { ignoreTrainerSettings, loadingReason, machinesReason, publishAdvice } from "./ignored-settings.js";
import { wordCallText, quoted, asPercent, settingNumber, type ProgramDraft } from "./write-program.js";
import { optimizerFrom, scheduleFrom, usualOptimizerSettingNames, usualScheduleNames } from "./rates.js";
import { refusalAdvice, refuseObjective, refuseMultimodal } from "./refusals.js";
import type { ToolSettings } from "./settings.js";
import { loraFrom } from "./technique.js";
import { findImplementedWord, techniqueByName } from "./words.js";

export function readAxolotl(s: ToolSettings): ProgramDraft {
  refuseObjectives(s);
  refuseTechniques(s);
  refuseOtherData(s);
  const rows = readAxolotlRows(s);
  const chats = rows.task === "chat";
  const cut = readHoldoutSize(s, "val_set_size");
  const hasHoldout = cut.hasHoldout || rows.hasHoldout === true;
  const base = s.text("base_model");
  refuseMultimodal(s, "base_model", base);
  const template = templateOf(s, chats, rows.template);
  const technique = techniqueOf(s);
  lengthsAndMasks(s, chats);
  const steps = s.number("max_steps");
  if (steps !== undefined) s.leave("num_epochs", "`max_steps` takes precedence");
  const patience = s.number("early_stopping_patience");
  if (!hasHoldout) s.leave("early_stopping_patience", "there are no validation rows");
  const packing = s.flag("sample_packing");
  if (packing) s.ignore("packed rows have one length", "group_by_length");
  const recipe: ProgramDraft["recipe"] = {
    epochs: steps === undefined ? settingNumber(s.number("num_epochs") ?? 1) : undefined,
    steps: settingNumber(steps),
    ...batches(s),
    packing: packing ? "true" : undefined,
    optimizer: optimizerFrom(s, usualOptimizerSettingNames),
    schedule: schedule(s),
    clip: settingNumber(s.number("max_grad_norm")),
    shuffle: packing || s.flag("group_by_length") ? undefined : "random",
    validate: hasHoldout ? looks(s, steps === undefined ? (s.number("num_epochs") ?? 1) : undefined) : unlooked(s),
    checkpoint: parts(s.number("saves_per_epoch")),
    early_stopping: patience === undefined || !hasHoldout ? undefined : `patience(${String(patience)})`,
    precision: precision(s),
    recompute: recomputed(s.lowerText("gradient_checkpointing")) ? "blocks" : undefined,
    seed: settingNumber(s.number("seed")),
  };
  idle(s);
  return {
    notes: rows.notes,
    data: { source: rows.source, columns: rows.columns, split: cut.split },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task: rows.task,
      ...technique,
      template,
      max_length: settingNumber(s.number("sequence_len")),
    },
    recipe,
  };
}

function refuseObjectives(s: ToolSettings): void {
  const rl = s.text("rl");
  if (rl !== undefined && !refuseObjective(s, "rl", rl))
    s.refuse("rl", "learning from rewards or preferences", refusalAdvice.preference);
  if (s.flag("reward_model")) s.refuse("reward_model", "a reward model", refusalAdvice.reward);
  if (s.flag("process_reward_model")) s.refuse("process_reward_model", "a reward of each step", refusalAdvice.reward);
  for (const key of ["ebft", "diffusion", "kd_trainer", "kd_ce_alpha", "use_eaft", "do_bench_eval_loss"])
    if (s.has(key)) s.refuse(key, "a custom loss", refusalAdvice.loss);
  for (const plugin of s.texts("plugins")) {
    if (/\.(kd|diffusion|nemo_gym|grokfast)\./i.test(plugin))
      s.refuse("plugins", `an objective of a plugin`, refusalAdvice.loss);
    else if (/\.(llm_compressor|mora|spectrum|densemixer|hatchery)\./i.test(plugin))
      s.refuse("plugins", "a technique of a plugin", refusalAdvice.technique);
    else if (!kernels.test(plugin)) s.leave("plugins", "other people's code is not run");
  }
}

/** Plugins that compute the same result faster, distribute it or log it. */
const kernels =
  /^axolotl\.integrations\.(cut_cross_entropy\.CutCrossEntropyPlugin|liger\.LigerPlugin|kernels\.KernelsPlugin|expert_parallel\.ExpertParallelPlugin|swanlab\.SwanLabPlugin|lm_eval\.LMEvalPlugin)$/;

function refuseTechniques(s: ToolSettings): void {
  for (const key of [
    "relora",
    "lisa_n_layers",
    "unfrozen_parameters",
    "spectrum_top_fraction",
    "llmcompressor",
    "qat",
    "reinit_weights",
  ])
    if (isRequested(s, key)) s.refuse(key, "an unsupported technique", refusalAdvice.technique);
  if (s.flag("gptq")) s.refuse("gptq", "a base that is quantised by GPTQ", refusalAdvice.storage);
  for (const key of ["use_onebitllms", "model_quantization_config"])
    if (s.has(key)) s.refuse(key, "a base with an unsupported quantisation", refusalAdvice.storage);
}

function refuseOtherData(s: ToolSettings): void {
  if (s.has("processor_type")) s.refuse("processor_type", "a base that sees or hears", refusalAdvice.texts);
  if (s.flag("is_multimodal")) s.refuse("is_multimodal", "a base that sees or hears", refusalAdvice.texts);
  const model = s.text("model_type");
  if (/ImageTextToText|Vision|Llava|Mllama|Pixtral|Voxtral|Audio|Speech/.test(model ?? ""))
    s.refuse("model_type", "a base that sees or hears", refusalAdvice.texts);
  else if (/ForSequenceClassification|ForTokenClassification/.test(model ?? ""))
    s.refuse("model_type", "a classifier over conversations", "use `task: text_classification` over a column of texts");
  else if (model !== undefined && !/^(\w+ForCausalLM|\w*LMHeadModel|\w+ForConditionalGeneration)$/.test(model))
    s.leave("model_type", "a base is loaded with its own settings");
}

/** Returns a built-in template; for others the base's own is used and the setting is listed. */
function templateOf(s: ToolSettings, chats: boolean, ofRows: string | undefined): string | undefined {
  const named = s.text("chat_template");
  for (const key of ["chat_template_jinja", "default_system_message"]) s.leave(key, "the base's own template is used");
  if (!chats) s.leave("chat_template", "plain texts have no template");
  if (ofRows !== undefined) {
    s.leave("chat_template", "rows of Alpaca have their own template");
    return ofRows;
  }
  if (named === undefined || named === "tokenizer_default" || !chats) return undefined;
  const built = findImplementedWord("template", named);
  if (built) return built.name;
  s.leave("chat_template", "the template is not known; the base's own is used");
  return undefined;
}

function techniqueOf(s: ToolSettings): { readonly technique: string; readonly storage: string | undefined } {
  const adapter = s.text("adapter");
  const [four, eight] = [s.switched("load_in_4bit"), s.switched("load_in_8bit")];
  const other = ["lora", "qlora", undefined].includes(adapter)
    ? undefined
    : techniqueByName(s, "adapter", adapter ?? "");
  if (adapter === undefined || other === "full") {
    for (const key of ["load_in_4bit", "load_in_8bit"])
      if (s.flag(key)) s.leave(key, "all weights train, so none is rounded");
    s.ignore("no adapter is trained", /^lora_/, /^peft(_\w+)?$/);
    return { technique: "full", storage: undefined };
  }
  if (other !== undefined) return { technique: other, storage: four ? "nf4" : eight ? "int8" : undefined };
  if (s.has("lora_modules_to_save"))
    s.leave("lora_modules_to_save", "the head of a task trains anyway, other parts do not");
  const start = s.text("lora_model_dir");
  const adapted = loraFrom(s, "lora_");
  if (adapter === "qlora") s.ignore("`adapter: qlora` stores the base in 4 bits", "load_in_4bit");
  if (four || adapter === "qlora") {
    if (eight) s.leave("load_in_8bit", "four bits are requested too");
    return { technique: started(adapted, start), storage: "nf4" };
  }
  return { technique: started(adapted, start), storage: eight ? "int8" : undefined };
}
const started = (technique: string, from: string | undefined): string =>
  from === undefined
    ? technique
    : technique.endsWith(")")
      ? `${technique.slice(0, -1)}, from: ${quoted(from)})`
      : `${technique}(from: ${quoted(from)})`;

function lengthsAndMasks(s: ToolSettings, chats: boolean): void {
  if (!chats) s.ignore("all tokens of a plain text are trained", "train_on_inputs");
  else if (s.flag("train_on_inputs")) s.leave("train_on_inputs", "only the assistant's turns are trained");
  s.inner("special_tokens").leaveAll("the base's own tokens are used");
  for (const key of ["special_tokens", "tokens", "added_tokens_overrides"])
    if (s.inner(key).keys().length === 0 || key !== "special_tokens") s.leave(key, "the base's own tokens are used");
  // `truncate` is our behaviour too: truncated rows are reported before a training.
  if ((s.text("excess_length_strategy") ?? "truncate") !== "truncate")
    s.leave("excess_length_strategy", "rows that are too long are truncated and reported, not dropped");
  s.leave("eot_tokens", "the base's own template ends turns");
  s.leave("revision_of_model", "the base's newest revision is taken");
}

/** Defaults to cosine. Axolotl's default warm-up is 3 %, of at most a hundred steps. */
function schedule(s: ToolSettings): string | undefined {
  const rate = s.number("learning_rate");
  const floor = s.number("cosine_min_lr_ratio");
  const fallback = { name: "cosine", warmup: "3%", rate };
  const text = scheduleFrom(s, usualScheduleNames, fallback);
  const flat = (s.number("cosine_constant_lr_ratio") ?? 0) > 0;
  if (flat) s.leave("cosine_constant_lr_ratio", "the rate has no flat end here");
  if (floor === undefined || floor === 0 || !text?.startsWith("cosine")) {
    if (floor !== undefined && !text?.startsWith("cosine")) s.leave("cosine_min_lr_ratio", "the schedule is no cosine");
    return text;
  }
  return text.replace(
    /^cosine(\(|$)/,
    `cosine_with_min_lr(min_lr_rate: ${asPercent(floor)}${text === "cosine" ? ")" : ", "}`,
  );
}

/** Evaluation interval: every so many steps, or a share of the training. `epochs`: their number, if known. */
function looks(s: ToolSettings, epochs: number | undefined): string | undefined {
  const each = s.number("eval_steps");
  if (each !== undefined && each > 0 && (each >= 1 || epochs !== undefined)) {
    s.leave("evals_per_epoch", "`eval_steps` takes precedence");
    return each >= 1 ? wordCallText("every", { steps: each }) : everyPart(each * (epochs ?? 1));
  }
  if (each !== undefined) s.leave("eval_steps", "write `validate: every(steps: …)`");
  const many = s.number("evals_per_epoch");
  if (many === 0) s.leave("evals_per_epoch", "validation runs after each epoch");
  return parts(many);
}
/** So many evaluations per epoch; once per epoch is the default. */
const parts = (many: number | undefined): string | undefined =>
  many === undefined || many <= 0 || many === 1 ? undefined : everyPart(1 / many);
/** Six digits, rounded down, so that an epoch's last evaluation is at its end. */
function everyPart(epochs: number): string {
  const [digits, power] = epochs.toExponential(11).split("e");
  return wordCallText("every", {
    epochs: Number(`${String(Math.floor(Number(digits) * 1e5 + 1e-6) / 1e5)}e${String(power)}`),
  });
}
function unlooked(s: ToolSettings): undefined {
  for (const key of ["eval_steps", "evals_per_epoch", "eval_sample_packing", "eval_strategy", "evaluation_strategy"])
    s.leave(key, "there are no validation rows: write a `split`");
  return undefined;
}

const recomputed = (setting: string | undefined): boolean =>
  setting !== undefined && !["false", "no", "none"].includes(setting);

/** A `batch_size` (rows per update) becomes a number of accumulated micro batches. */
function batches(s: ToolSettings): { readonly batch_size: string; readonly accumulate: string | undefined } {
  const [small, many] = [s.number("micro_batch_size") ?? 1, s.number("gradient_accumulation_steps")];
  const all = many === undefined ? s.number("batch_size") : undefined;
  if (all === undefined || all % small !== 0)
    s.leave(
      "batch_size",
      many === undefined ? "it is no multiple of `micro_batch_size`" : "`gradient_accumulation_steps` takes precedence",
    );
  return {
    batch_size: String(small),
    accumulate: settingNumber(many ?? (all !== undefined && all % small === 0 ? all / small : undefined)),
  };
}

function precision(s: ToolSettings): string | undefined {
  const half = s.switched("bf16") ?? s.flag("bfloat16");
  for (const key of ["fp16", "float16"])
    if (s.flag(key))
      s.leave(key, half ? "bf16 takes precedence" : "write `precision: bf16`, which is half precision here");
  if (s.flag("fp8")) s.leave("fp8", "products are f32 or bf16");
  return half ? "bf16" : undefined;
}

function idle(s: ToolSettings): void {
  for (const key of ["resume_from_checkpoint", "auto_resume_from_checkpoints"])
    s.leave(key, "use `resume: true` to continue a run");
  if (s.flag("dataset_exact_deduplication"))
    s.leave("dataset_exact_deduplication", "write `clean: [drop_duplicates]`; case and blanks don't count there");
  // Axolotl uploads the model whenever it is given a name.
  s.leave("hub_model_id", publishAdvice);
  ignoreTrainerSettings(s);
  s.ignore(
    loadingReason,
    /^(strict|dataset_prepared_path|is_\w+_derived_model|pad_to_sequence_len|eval_sample_packing|sample_packing_\w+)$/,
  );
  if (s.flag("skip_prepare_dataset"))
    s.leave("skip_prepare_dataset", "rows are tokenized here: give their texts, not their tokens");
  s.ignore(loadingReason, /^(experimental_skip_move_to_device|tokenizer_use_mistral_common)$/);
  s.ignore(loadingReason, /^(multipack_real_batches|streaming\w*|total_num_tokens|base_model_ignore_patterns)$/);
  s.ignore(loadingReason, /^(base_model_config|pretrain_multipack_\w+)$/);
  s.ignore("the quantisation is not requested", /^gptq_\w+$/);
  s.ignore(machinesReason, "device");
}
/** Reports whether a setting exists and is not switched off. */
const isRequested = (s: ToolSettings, key: string): boolean => s.has(key) && s.lowerText(key) !== "false";
