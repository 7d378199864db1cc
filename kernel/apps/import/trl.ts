/** TRL's and transformers' arguments, as YAML or as the keyword arguments of a Python program (Unsloth's too): supervised training. */
import { filesReason, ignoreTrainerSettings, loadingReason } from "./ignored-settings.js";
import { wordCallText, mixAdvice, quoted, settingNumber, type ProgramDraft } from "./write-program.js";
import { optimizerFrom, scheduleFrom, usualOptimizerSettingNames, usualScheduleNames } from "./rates.js";
import { refusalAdvice, refuseObjective, refuseMultimodal } from "./refusals.js";
import { ToolSettings } from "./settings.js";
import { readAdapterSettings, tasksByPeftType } from "./peft.js";
import { NO_ARGUMENTS } from "./python.js";
import { reportSteps } from "./steps.js";
import { loraFrom, peftTechnique } from "./technique.js";
import { readTrlRows, leaveTrainerObjects, earlyStoppingPatience } from "./trl-data.js";
import { consumeAdapterCall, fourBitStorageOf, templateFrom, readTokenizerSettings } from "./trl-program.js";
import { readValidation, precisionFrom } from "./trainer.js";
import { taskWithSmoothing } from "./words.js";

/** Sources of the arguments: all in one file, or in calls of a program. */
interface Parts {
  readonly training: ToolSettings;
  readonly trainer: ToolSettings;
  readonly lora: ToolSettings | undefined;
  readonly base: ToolSettings;
  readonly stored: ToolSettings;
  readonly data: ToolSettings;
  readonly sft: boolean;
  /** Only answers are trained, with Unsloth's helper. */
  readonly answers: boolean;
  readonly defaults: Defaults;
}
/** A trainer's defaults. */
interface Defaults {
  readonly rate: number;
  readonly batch: number;
  readonly accumulate?: number;
  readonly decay: number;
  readonly warmup: string;
  readonly seed?: number;
}
/** Defaults of transformers' TrainingArguments, and of TRL's SFTConfig based on them. */
const ofTrainer: Defaults = { rate: 5e-5, batch: 8, decay: 0, warmup: "0%" };
const ofSft: Defaults = { ...ofTrainer, rate: 2e-5 };
/** Unsloth replaces TRL's SFTConfig by its own (`unsloth/models/rl.py`, August 2026). */
const ofUnsloth: Defaults = { rate: 5e-5, batch: 4, accumulate: 2, decay: 1e-3, warmup: "10%", seed: 3407 };
/** Unsloth's adapter defaults (`unsloth/models/llama.py`), and how it loads a base (`loader.py`). */
const unslothLora = {
  rank: 16,
  alpha: 16,
  targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
} as const;
const unslothLength = 2048;
const isUnsloth = ({ base, lora }: Pick<Parts, "base" | "lora">): boolean =>
  /^Fast/.test(base.location()) || /^Fast/.test(lora?.location() ?? "");

export function readTrl(s: ToolSettings): ProgramDraft {
  refusePreferences(s);
  const notes: string[] = [];
  const parts = partsOf(s);
  refuseParts(s, parts);
  if (parts.training === s)
    notes.push("The file doesn't say which trainer it is for: supervised training (SFTTrainer) was taken.");
  const { training, trainer, defaults } = parts;
  const steps = positive(training.number("max_steps"));
  // The number of steps is set, though its value may be unknown.
  const counted = training.expression("max_steps") !== undefined;
  if (steps !== undefined || counted) training.leave("num_train_epochs", "`max_steps` takes precedence");
  const length = lengthOf(parts);
  const rate = training.number("learning_rate") ?? training.unless(defaults.rate, "learning_rate");
  const batch = ["per_device_train_batch_size", "per_gpu_train_batch_size"];
  const packing = training.flag("packing") || trainer.flag("packing");
  const model = modelOf(s, parts, length, notes);
  const { data, hasHoldout, sets, ordered } = readTrlRows({ all: s, ...parts }, model.task, notes);
  const patience = hasHoldout ? earlyStoppingPatience(trainer) : undefined;
  const looked = readValidation(training, hasHoldout);
  reportSteps(s, parts.lora !== undefined);
  if (packing) training.ignore("packed rows have one length", "group_by_length");
  const recipe: ProgramDraft["recipe"] = {
    epochs:
      steps === undefined && !counted
        ? settingNumber(training.number("num_train_epochs") ?? training.unless(3, "num_train_epochs"))
        : undefined,
    steps: settingNumber(steps),
    batch_size: settingNumber(training.number(...batch) ?? training.unless(defaults.batch, ...batch)),
    accumulate: settingNumber(
      training.number("gradient_accumulation_steps") ??
        training.unless(defaults.accumulate, "gradient_accumulation_steps"),
    ),
    packing: packing ? "true" : undefined,
    optimizer: optimizerFrom(training, usualOptimizerSettingNames, rate, defaults.decay),
    schedule: scheduleFrom(training, usualScheduleNames, { name: "linear", warmup: defaults.warmup, rate }),
    clip: settingNumber(training.number("max_grad_norm")),
    shuffle: ordered ? "none" : packing || training.flag("group_by_length") ? undefined : "random",
    ...looked,
    early_stopping: patience === undefined ? looked.early_stopping : `patience(${String(patience)})`,
    precision: precisionFrom(training, ["bf16"]),
    recompute: recomputed(parts) ? "blocks" : undefined,
    seed: settingNumber(training.number("seed") ?? training.unless(defaults.seed, "seed")),
  };
  training.ignore(filesReason, "0");
  trainer.consume(/^[01]$/); // model and arguments
  parts.lora?.consume(/^(0|model)$/);
  const seed = recipe.seed;
  if (seed !== undefined && String(parts.lora?.value("random_state")) === seed) parts.lora?.consume("random_state");
  else parts.lora?.leave("random_state", "the recipe's `seed` draws the first weights of the adapter");
  leaveTrainerObjects(trainer, hasHoldout);
  for (const key of s.names())
    if (/ \d+$/.test(key) && !sets.some((set) => set.location() === key)) s.leave(key, againWhy(key));
  consumeAdapterCall(s);
  readTokenizerSettings(s, parts.base, trainer);
  const settingGroups = new Set([training, trainer, parts.base, parts.stored, parts.data, ...sets]);
  for (const one of settingGroups) idle(one);
  for (const one of [...settingGroups, parts.lora]) one?.consume(NO_ARGUMENTS);
  const task = model.task === undefined ? undefined : taskWithSmoothing(training, model.task);
  return { notes, data, model: { ...model, task }, recipe };
}
const againWhy = (key: string): string =>
  key.startsWith("load_dataset ")
    ? `only the first is carried over: ${mixAdvice}`
    : "the first call of that name is taken";
const lengths = ["max_length", "max_seq_length"];
/** The first of the given lengths; others are listed if they differ. */
function lengthOf(parts: Parts): number | undefined {
  const { training, trainer, base, sft } = parts;
  const given = [...new Set([trainer, training, base])].flatMap((part) =>
    lengths.flatMap((key) => {
      const length = part.number(key);
      return length === undefined ? [] : [{ part, key, length }];
    }),
  );
  const [first] = given;
  for (const { part, key, length } of given)
    if (length !== first?.length) part.leave(key, "another length takes precedence");
  // `max_length=None` truncates nothing in TRL; Unsloth uses the model's own length.
  const isLengthSet = [trainer, training, base].some((part) =>
    lengths.some((key) => (isUnsloth(parts) ? part.has(key) : part.names().includes(key))),
  );
  return first?.length ?? (sft && !isLengthSet ? (isUnsloth(parts) ? unslothLength : 1024) : undefined);
}
/** SFTTrainer recomputes by default; Unsloth sets it on the adapter. */
function recomputed({ training, lora, sft }: Parts): boolean {
  const checkpointing = training.switched("gradient_checkpointing");
  if (checkpointing !== undefined)
    lora?.ignore("the trainer's own setting takes precedence", "use_gradient_checkpointing");
  const unsloth = lora?.lowerText("use_gradient_checkpointing");
  return checkpointing ?? (unsloth === undefined ? sft : !["false", "none"].includes(unsloth));
}
const positive = (n: number | undefined): number | undefined => (n !== undefined && n > 0 ? n : undefined);

const ofRewards =
  /^(reward_funcs|num_generations|num_ppo_epochs|reward_model_path|reward_weights|epsilon_high|scale_rewards|max_completion_length)$/;
const ofPreferences =
  /^(beta|max_prompt_length|ref_model|precompute_ref_log_probs|desirable_weight|undesirable_weight|cpo_alpha|simpo_gamma|label_pad_token_id)$/;

function refusePreferences(s: ToolSettings): void {
  for (const key of s.keys()) {
    const name = /^(\w+?)(Trainer|Config|ScriptArguments)( \d+)?$/.exec(key)?.[1];
    if (name !== undefined && refuseObjective(s, key, name.replace(/([a-z])([A-Z])/g, "$1_$2").replace(/^Async_?/, "")))
      continue;
    if (/^SentenceTransformer/.test(key))
      s.refuse(key, "a trainer of embeddings, whose losses are objects", refusalAdvice.similarity);
    else if (/Trainer( \d+)?$/.test(key) && !/^(SFT|Unsloth|Seq2Seq)?Trainer( \d+)?$/.test(key))
      s.refuse(key, "a custom trainer", refusalAdvice.loss);
    if (key === "GenerationConfig") s.ignore("how a model writes after its training", key);
    if (/^Fast(Vision|Image)\w*|^AutoModelForImageTextToText|Vision2Seq|AudioModel/.test(key))
      s.refuse(key, "a base that sees or hears", refusalAdvice.texts);
    if (ofRewards.test(key))
      s.refuse(key, "learning from rewards or from the model's own answers", refusalAdvice.policy);
    else if (ofPreferences.test(key)) s.refuse(key, "preference optimisation", refusalAdvice.preference);
  }
}

/** Losses of TRL's preference trainers; SFTConfig has `nll`, the same in chunks (`chunked_nll`), and `dft`. */
const ofPreferenceLosses =
  /^(sigmoid|hinge|ipo|exo_pair|nca_pair|robust|bco_pair|sppo_hard|aot\w*|discopop|apo_\w+|kto|bco|simpo|alphapo)$/;
const LOSS = "remove it, and answers are trained by the cross-entropy of their tokens";

function refuseParts(s: ToolSettings, { training, trainer, lora, base }: Parts): void {
  const module = s.inner("import");
  for (const name of module.keys()) module.refuse(name, "a program over sound or pictures", refusalAdvice.texts);
  if (trainer.has("compute_loss_func")) trainer.refuse("compute_loss_func", "a custom loss", refusalAdvice.loss);
  if (/Vision|Audio|Speech/.test(trainer.expression("data_collator") ?? ""))
    trainer.refuse("data_collator", "data that are pictures or sound", refusalAdvice.texts);
  const [first] = s.names();
  const trains = s.names().some((name) => /^(\w*Trainer|\w*TrainingArguments|SFTConfig)( \d+)?$/.test(name));
  if (training !== s && !trains && (!lora || base.keys().length > 0) && first !== undefined)
    if (s.refusals().length === 0) s.refuse(first, "of a program without a trainer", refusalAdvice.asked);
  const loss = training.text("loss_type");
  if (loss !== undefined && !/^(chunked_)?nll$/.test(loss))
    if (ofPreferenceLosses.test(loss))
      training.refuse("loss_type", "preference optimisation", refusalAdvice.preference);
    else training.refuse("loss_type", "a custom loss", LOSS);
  for (const key of ["finetune_vision_layers", "finetune_audio_layers"])
    if (lora?.flag(key)) lora.refuse(key, "layers that see or hear", refusalAdvice.texts);
  for (const key of ["finetune_language_layers", "finetune_attention_modules", "finetune_mlp_modules"])
    if (lora?.switched(key) === false) lora.leave(key, "`targets` sets the layers to adapt");
  for (const part of [lora, base])
    if (part?.has("qat_scheme")) part.refuse("qat_scheme", "an unsupported technique", refusalAdvice.technique);
}

function partsOf(s: ToolSettings): Parts {
  const within = (...keys: readonly string[]): ToolSettings | undefined => {
    const key = keys.find((one) => s.names().includes(one));
    return key === undefined ? undefined : s.inner(key);
  };
  const training = within("SFTConfig", "TrainingArguments", "Seq2SeqTrainingArguments", "UnslothTrainingArguments");
  const lora = within(
    "LoraConfig",
    "PromptTuningConfig",
    "PrefixTuningConfig",
    "IA3Config",
    "FastLanguageModel.get_peft_model",
    "FastModel.get_peft_model",
  );
  if (!training && !lora && s.keys().every((key) => !/[A-Z]/.test(key)))
    return {
      training: s,
      trainer: s,
      lora: adaptedIn(s) ? s : undefined,
      base: s,
      stored: s,
      data: s,
      sft: true,
      answers: false,
      defaults: ofSft,
    };
  const none = ToolSettings.fromValue({});
  const base =
    within(
      "FastLanguageModel.from_pretrained",
      "FastModel.from_pretrained",
      ...s.keys().filter((key) => /^AutoModel\w*\.from_pretrained$/.test(key)),
    ) ?? none;
  const sft = s.keys().some((key) => /^(SFT|Unsloth|Fast)/.test(key));
  const patched = isUnsloth({ base, lora }) && (training === undefined || training.location() === "SFTConfig");
  return {
    training: training ?? none,
    trainer: within("SFTTrainer", "UnslothTrainer", "Trainer", "Seq2SeqTrainer") ?? none,
    lora,
    base,
    stored: within("BitsAndBytesConfig") ?? none,
    data: within("load_dataset") ?? none,
    sft,
    answers: responsesAlone(s),
    defaults: patched ? ofUnsloth : sft ? ofSft : ofTrainer,
  };
}
/** In Tune, the template defines the role markers. */
function responsesAlone(s: ToolSettings): boolean {
  const helper = s.inner("train_on_responses_only");
  helper.consume(/^(0|trainer|instruction_part|response_part)$/);
  const given = ["0", "trainer", "instruction_part", "response_part"].some((key) => helper.has(key));
  return given;
}
const adaptedIn = (s: ToolSettings): boolean =>
  s.switched("use_peft") ?? (s.has("lora_r") || s.has("lora_alpha") || s.has("peft_type"));

function modelOf(s: ToolSettings, parts: Parts, length: number | undefined, notes: string[]): ProgramDraft["model"] {
  const { training, trainer, lora, base, stored, sft, answers: responses } = parts;
  const named = base.text("model_name_or_path", "model_name", "pretrained_model_name_or_path", "0") ?? namedIn(trainer);
  if (named !== undefined)
    for (const key of ["model_name_or_path", "model_name", "0"])
      refuseMultimodal(base, key, base.has(key) ? named : undefined);
  const four = base.flag("load_in_4bit") || stored.flag("load_in_4bit") || fourUnsaid(base);
  const eight = base.flag("load_in_8bit") || stored.flag("load_in_8bit");
  if (!lora)
    for (const key of ["load_in_4bit", "load_in_8bit"])
      for (const one of [base, stored]) if (one.flag(key)) one.leave(key, "all weights train, so none is rounded");
  const type = lora?.text("task_type", "lora_task_type");
  if (type !== undefined && !(type in tasksByPeftType))
    for (const key of ["task_type", "lora_task_type"]) lora?.leave(key, "the task is unknown");
  const technique = lora ? techniqueOf(lora) : "full";
  if (four && eight) for (const one of [base, stored]) one.leave("load_in_8bit", "four bits are requested too");
  const answers = responses || training.flag("assistant_only_loss") || training.flag("completion_only_loss");
  const ofClass = classes.find(([pattern]) => pattern.test(base.location()))?.[1];
  const task = tasksByPeftType[type ?? ""] ?? ofClass ?? "text_generation";
  if (!sft && type === undefined && ofClass === undefined)
    notes.push("The program's text doesn't say the task: text_generation was taken.");
  const chats = answers && task === "text_generation";
  return {
    base: named === undefined ? undefined : quoted(named),
    task: chats ? "chat" : task,
    technique,
    storage: !lora ? undefined : four ? fourBitStorageOf(stored) : eight ? "int8" : undefined,
    template: templateFrom(s, chats || task === "chat"),
    max_length: settingNumber(length),
  };
}

/** Unsloth loads a base in four bits unless another number is set. */
function fourUnsaid(base: ToolSettings): boolean {
  const others = ["load_in_8bit", "load_in_16bit", "load_in_fp8", "full_finetuning", "quantization_config"];
  const fourBitFlags = [...others.map((key) => base.has(key) && base.value(key) !== false), base.has("load_in_4bit")];
  base.ignore("the base is loaded in 16 bits unless `storage` is set", "load_in_16bit");
  return /^Fast/.test(base.location()) && !fourBitFlags.includes(true);
}

/** SFTTrainer also accepts a base by its name; a model made by the program has none. */
function namedIn(trainer: ToolSettings): string | undefined {
  const key = ["model", "0"].find((one) => trainer.has(one) && trainer.expression(one) === undefined);
  const named = key === undefined ? undefined : trainer.text(key);
  if (key !== undefined) refuseMultimodal(trainer, key, named);
  return named;
}
/** Tasks by the class that loads the base. */
const classes: readonly (readonly [RegExp, string])[] = [
  [/ForSequenceClassification/, "text_classification"],
  [/ForTokenClassification/, "token_classification"],
  [/ForQuestionAnswering/, "question_answering"],
  [/ForSeq2SeqLM/, "text2text_generation"],
  [/ForMaskedLM/, "fill_mask"],
];

function techniqueOf(s: ToolSettings): string {
  const type = s.text("peft_type");
  const technique =
    type !== undefined
      ? peftTechnique(s, type)
      : s.has("num_virtual_tokens")
        ? wordCallText("prompt_tuning", { tokens: s.number("num_virtual_tokens") })
        : loraFrom(s, "", /^Fast/.test(s.location()) ? unslothLora : { rank: 8, alpha: 8 });
  readAdapterSettings(s);
  return technique;
}

function idle(s: ToolSettings): void {
  for (const key of ["resume_from_checkpoint", "auto_resume_from_checkpoints"])
    s.leave(key, "use `resume: true` to continue a run");
  ignoreTrainerSettings(s);
  s.consume(
    /^(use_peft|args|model|tokenizer|processing_class|train_dataset|peft_config|quantization_config|lora_task_type|config)$/,
  );
  s.ignore("the recipe's `precision` sets the number format of computation", /^(dtype|torch_dtype)$/);
  s.ignore("the labels of the rows are counted", /^(num_labels|id2label|label2id)$/);
  s.ignore("without an adapter all weights train", /^full_finetuning$/);
  preparedRows(s.inner("dataset_kwargs"));
}

/** TRL's settings for converting texts to rows; its defaults, and those that Tune does anyway, have no effect. */
function preparedRows(s: ToolSettings): void {
  if (s.switched("skip_prepare_dataset") === true)
    s.leave("skip_prepare_dataset", "rows are tokenized here: give their texts, not their tokens");
  else s.ignore("rows are tokenized here", "skip_prepare_dataset");
  if (s.switched("add_special_tokens") === false)
    s.leave("add_special_tokens", "each text gets the special tokens of the base's tokenizer");
  else s.ignore("each text gets the special tokens of the base's tokenizer", "add_special_tokens");
  if (s.switched("append_concat_token") === false)
    s.leave("append_concat_token", "the end-of-text token is trained after each text");
  else s.ignore("the end-of-text token is trained after each text", "append_concat_token");
  s.ignore(loadingReason, /^(num_proc|keep_in_memory|load_from_cache_file|writer_batch_size)$/);
}
