/** PEFT's adapter_config.json: base and technique, without data or training settings. */
import { quoted, type ProgramDraft } from "./write-program.js";
import { refusalAdvice, refuseMultimodal } from "./refusals.js";
import type { ToolSettings } from "./settings.js";
import { peftTechnique } from "./technique.js";

export const tasksByPeftType: Readonly<Record<string, string>> = {
  SEQ_CLS: "text_classification",
  TOKEN_CLS: "token_classification",
  QUESTION_ANS: "question_answering",
  CAUSAL_LM: "text_generation",
  SEQ_2_SEQ_LM: "text2text_generation",
  FEATURE_EXTRACTION: "sentence_similarity",
};
const columns: Readonly<Record<string, string>> = {
  text_classification: "{ text: text, label: label }",
  token_classification: "{ tokens: tokens, tags: tags }",
  question_answering: "{ question: question, context: context, answer: answer }",
  text_generation: "{ text: text }",
  text2text_generation: "{ input: input, target: target }",
  sentence_similarity: "{ text: text, text_pair: text_pair }",
};

export function readPeft(s: ToolSettings): ProgramDraft {
  const type = s.text("task_type");
  const task = tasksByPeftType[type ?? ""] ?? "text_classification";
  if (type !== undefined && !tasksByPeftType[type])
    s.leave("task_type", "the task is unknown; text_classification was used");
  const technique = peftTechnique(s, s.text("peft_type"));
  const base = s.text("base_model_name_or_path");
  refuseMultimodal(s, "base_model_name_or_path", base);
  if (/diffusion|flux/i.test(base ?? ""))
    s.refuse("base_model_name_or_path", "a model of pictures", refusalAdvice.texts);
  readAdapterSettings(s);
  return {
    data: { source: 'csv("data.csv")', columns: columns[task] },
    model: { base: base === undefined ? undefined : quoted(base), task, technique },
    recipe: {},
    notes: [
      "An adapter's configuration contains neither data nor recipe: name the file and its columns below.",
      ...(type === undefined ? ["It names no task: text_classification was taken."] : []),
    ],
  };
}

/** Settings that every adapter has besides those of its technique. */
export function readAdapterSettings(s: ToolSettings): void {
  if (s.text("bias") !== "none") s.leave("bias", "biases stay frozen under LoRA; `bitfit` trains them");
  if (!s.texts("modules_to_save").every((name) => /^(classifier|score|qa_outputs|pre_classifier|out_proj)$/.test(name)))
    s.leave("modules_to_save", "the head of a task trains anyway, other parts do not");
  s.leave("revision", "the base's newest revision is taken");
  const facts = "a fact of the file or of the base";
  s.ignore(facts, /^(inference_mode|auto_mapping|peft_version|task_type|peft_type|init_ia3_weights|init_weights)$/);
  s.ignore(facts, /^(num_layers|token_dim|num_attention_heads|num_transformer_submodules|encoder_hidden_size)$/);
  s.ignore(facts, /^(tokenizer_name_or_path|megatron_core|runtime_config|fan_in_fan_out|prefix_projection)$/);
  s.ignore(facts, /^(ephemeral_gpu_offload|qalora_group_size|ensure_weight_tying)$/);
  if (s.flag("lora_bias")) s.leave("lora_bias", "the low-rank path has no bias here");
  if (s.flag("use_qalora")) s.leave("use_qalora", "the low-rank path reads single features here");
}
