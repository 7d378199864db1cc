/**
 * Verdicts on the calls and assignments of a Python program that aren't arguments of a training: those that need no
 * counterpart, each with the reason, and advice for the others. A call in no table is listed as not carried over.
 */
import { mixAdvice } from "./write-program.js";
import type { UnreadExpression } from "./settings.js";
import { filesReason, kernelsReason, logsReason, machinesReason, publishAdvice } from "./ignored-settings.js";

export type StatementVerdict =
  /** Without effect on the trained model; the reason is listed. */
  | { readonly is: "idle"; readonly why: string }
  /** Understood together with another call. */
  | { readonly is: "read" }
  /** Not carried over. */
  | { readonly is: "left"; readonly why: string };
/** `name`: the last name of a call or of an assigned target; `whole`: with the names before it. */
export interface PythonStatement {
  readonly name: string;
  readonly whole: string;
  readonly text: string;
}
export type VerdictRule = readonly [
  pattern: RegExp,
  verdict: StatementVerdict,
  only?: (statement: PythonStatement) => boolean,
];

const idle = (why: string): StatementVerdict => ({ is: "idle", why });
const left = (why: string): StatementVerdict => ({ is: "left", why });
const read: StatementVerdict = { is: "read" };

const scores = "scores after the training: write `evaluate`";
const asks = "uses a model: write `predict` or `generate`";
const checkpointReason = "each run stores its weights in its own folder";
const tokens = "the base's own tokens are used";
const merged = 'write `deploy tuned to huggingface("folder", weights: merged)`';
const ungraded =
  "only decides whether gradients are computed in its block; each statement of the block is read separately";
const weights = "only names the weights; operations on them are read separately";
const shows = "output";
const memory = "saves memory, and computes the same: `recompute` and `storage` say it";
const turns = "say in `columns` which column has the conversations: `messages: turns(…)`";
const rest = {
  rows: "do this to the rows of the file",
  call: "a call that is not run",
  assignment: "an assignment that is not run",
};

/** Reports whether a call has no arguments, or only those that change nothing. */
const plainTrain = ({ text }: PythonStatement): boolean =>
  /^(resume_from_checkpoint\s*=\s*(None|False))?,?$/.test(text.trim());
const device = ({ text }: PythonStatement): boolean =>
  /^\s*(device\s*=\s*)?["']?(cuda|cpu|mps|xpu|device|\w*\.device)\b/.test(text);

/** The first rule whose pattern fits decides. Calls of a module (`torch.cuda.…`) match by their full name. */
const calls: readonly VerdictRule[] = [
  [/^train$/, read, plainTrain],
  [/^train$/, left("use `resume: true` to continue a run"), ({ text }) => text.includes("resume_from_checkpoint")],
  [/^(\w+Callback|\w*DataCollator\w*)$/, read], // listed with the trainer that gets it
  [/^(wandb|trackio|mlflow|comet_ml|swanlab|neptune)\./, idle(logsReason)],
  [/^torch\.(cuda|backends|compiler|_dynamo|mps|xpu|distributed|compile|accelerator)\b/, idle(kernelsReason)],
  [/^(set_float32_matmul_precision|is_bfloat16_supported|is_bf16_supported|set_default_device)$/, idle(kernelsReason)],
  [/^(no_grad|inference_mode|enable_grad|set_grad_enabled)$/, idle(ungraded)],
  [/^(autocast|device|get_device_capability|empty_cache|get_device_properties)$/, idle(kernelsReason)],
  [/^Accelerator$/, left("write it in the recipe"), ({ text }) => /gradient_accumulation|mixed_precision/.test(text)],
  [/^(Accelerator|PartialState|prepare_device_map|notebook_launcher)$/, idle(machinesReason)],
  [/^(login|notebook_login|create_repo|snapshot_download|hf_hub_download|HfApi|HfFolder)$/, idle(filesReason)],
  [/^(save_model|save_pretrained|save_state|save_metrics|create_model_card|save_to_disk)$/, idle(checkpointReason)],
  [/^(evaluate|predict|log_metrics|load_metric|load|classification_report)$/, idle(scores), scored],
  [
    /^(generate|for_inference|batch_decode|apply_chat_template|pipeline|Text\w*Streamer|stream|chat)$/,
    idle(asks),
    isQuestion,
  ],
  [/^(tok|\w*tokenizer)$|^(encode|encode_plus|batch_encode_plus|convert_\w+)$/i, idle(asks)],
  [/^(print_trainable_parameters|num_parameters|get_memory_footprint|get_nb_trainable_parameters)$/, idle(shows)],
  [
    /^(set_verbosity\w*|enable_progress_bars?|disable_progress_bars?|getLogger|get_logger|info|warning|debug)$/,
    idle(logsReason),
  ],
  [/^(parameters|named_parameters|named_modules|modules|children|named_children|buffers)$/, idle(weights)],
  [/^(numel|element_size|state_dict|describe|head)$/, idle(shows)],
  [/^(item|numpy|detach|argmax|argsort|softmax|squeeze|unsqueeze)$/, idle("computations from results")],
  [/^(to|cuda|cpu|eval)$/, idle(machinesReason), (one) => one.name !== "to" || device(one)],
  [/^train$/, left("its arguments aren't carried over"), ({ text }) => text.trim() !== ""],
  [/^(gradient_checkpointing_\w+|enable_input_require_grads|prepare_model_for_\w+|enable_xformers\w*)$/, idle(memory)],
  [/^(push_to_hub\w*)$/, left(publishAdvice)],
  [/^(save_pretrained_gguf)$/, left('write `deploy tuned to gguf("model.gguf")`')],
  [/^(save_pretrained_merged|merge_and_unload|merge_adapter)$/, left(merged)],
  [/^(add_new_tokens|add_tokens|add_special_tokens|resize_token_embeddings)$/, left(tokens)],
  [/^(standardize_\w+|to_sharegpt|apply_chat_template|conversation_extension)$/, left(turns)],
  [/^(set_seed|manual_seed\w*|seed|seed_everything|enable_full_determinism)$/, left("write `seed` in the recipe")],
  [/^(add_adapter|load_adapter|set_adapter|PeftModel\.from_pretrained)$/, left("write `lora(from: …)`")],
  [/^(half|float|bfloat16|double)$/, left("write `precision` in the recipe")],
  [/^requires_grad$/, left("`technique` decides which parts train")],
  [/^add_callback$/, left("not run; `early_stopping: patience(…)` in the recipe ends a training early")],
  [/^(interleave_datasets|concatenate_datasets)$/, left(mixAdvice)],
  [/^(backward|step|zero_grad|fit)$/, left("a custom training loop, which is not run")],
  [/^(drop_duplicates|unique|deduplicate)$/, left("write `clean: [drop_duplicates]`")],
  [/^(rename_columns?|remove_columns|select_columns)$/, left("name the file's columns in `columns`")],
  [/^train_test_split$/, left("write a `split`")],
  [/^select$/, left("keep this many rows with `sample: N`, or cut the file")],
  [/^load_from_disk$/, left('name the folder: `source: hub("folder")`')],
];
function scored({ name, whole }: PythonStatement): boolean {
  return name !== "load" || /^evaluate\./.test(whole);
}
/**
 * Reports whether a call only queries the model. `apply_chat_template(rows, tokenizer)` of Unsloth, called as a plain
 * function, formats rows instead.
 */
function isQuestion({ name, whole }: PythonStatement): boolean {
  return name !== "apply_chat_template" || whole !== name;
}

const assignments: readonly VerdictRule[] = [
  [/^use_cache$/, idle("a cache for writing, which training has no use for")],
  [/^(pretraining_tp|is_parallelizable|model_parallel|device|_ddp\w*)$/, idle(machinesReason)],
  [/^torch\.(backends|_dynamo|_inductor)\./, idle(kernelsReason)],
  [/^(allow_tf32|benchmark|deterministic|enabled|max_split_size\w*)$/, idle(kernelsReason)],
  [/^(label2id|id2label|num_labels)$/, idle("the labels of the rows are counted")],
  [/^padding_side$/, idle("rows are padded at their end"), ({ text }) => /^["']right["']$/.test(text.trim())],
  [/^(pad|eos|bos|unk|sep|cls|mask)_token(_id)?$/, left(tokens)],
  [/^chat_template$/, left("write `template: …`, or the base's own is used")],
  [/^(model_max_length|max_seq_length|truncation_side)$/, left("`max_length` sets the maximum length of rows")],
  [/^requires_grad$/, left("`technique` decides which parts train")],
  [/(^|_)dropout(_prob|_p)?$/, left("write `dropout` in the recipe")],
];

export interface VerdictRules {
  readonly calls: readonly VerdictRule[];
  readonly assignments: readonly VerdictRule[];
}
export const verdictRules: VerdictRules = { calls, assignments };

/** Library functions; a function with another name is unknown code. */
const functions =
  /^(\w+Callback|\w*DataCollator\w*|\w+Streamer|set_\w+|is_\w+|(notebook_)?login|pipeline|prepare_\w+|Accelerator|PartialState|get_logger|create_repo|snapshot_download|hf_hub_download|HfApi|tok|\w*tokenizer|load_metric|no_grad|inference_mode|autocast|classification_report|notebook_launcher)$/i;

/** Returns the verdict on a call or an assignment. */
export function statementVerdictOf(
  about: NonNullable<UnreadExpression["about"]>,
  statement: PythonStatement,
  { calls, assignments }: VerdictRules = verdictRules,
): StatementVerdict {
  if (about === "tokens") return left("`max_length` sets the maximum length of rows");
  if (about === "loaded") return idle(asks);
  if (about === "dead") return idle("never runs");
  if (about === "rebound") return left("the name gets another value, which is not read");
  if (about === "untrained") return left("nothing runs this training: the program may not train at all");
  if (about === "branch") return left("a condition decides whether the program trains");
  if (about === "ends") return left("the program may end here, before it trains");
  if (about === "module") return left("the module is not read, and may change what is trained");
  if (about === "repeated")
    return left("the training is written once: `epochs` sets how often, `sweep` tries settings");
  const table = about === "assignment" ? assignments : calls;
  const found = table.find(
    ([pattern, verdict, only]) =>
      (pattern.test(statement.name) || pattern.test(statement.whole)) &&
      (about !== "function" || verdict.is === "left" || functions.test(statement.name)) &&
      (only?.(statement) ?? true),
  );
  return found?.[1] ?? left(rest[about === "rows" || about === "assignment" ? about : "call"]);
}
