/** PEFT's adapter_config.json: base and technique; it says nothing of data and training. */
import { quoted, type Read } from "./program.js";
import type { Settings } from "./settings.js";
import { peftTechnique } from "./technique.js";

const tasks: Readonly<Record<string, string>> = {
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

export function readPeft(s: Settings): Read {
  const type = s.text("task_type");
  const task = tasks[type ?? ""] ?? "text_classification";
  const technique = peftTechnique(s);
  const base = s.text("base_model_name_or_path");
  if (s.text("bias") !== "none" && s.has("bias"))
    s.leave("bias", "biases stay frozen under LoRA; `bitfit` trains them");
  s.ignore(
    ...[
      "inference_mode",
      "auto_mapping",
      "revision",
      "fan_in_fan_out",
      "init_lora_weights",
      "peft_version",
      "num_layers",
    ],
    ...[
      "token_dim",
      "num_attention_heads",
      "num_transformer_submodules",
      "tokenizer_name_or_path",
      "encoder_hidden_size",
    ],
    ...["modules_to_save", "init_ia3_weights", "prefix_projection"],
  );
  return {
    data: { source: 'csv("data.csv")', columns: columns[task] },
    model: { base: base === undefined ? undefined : quoted(base), task, technique },
    recipe: {},
    left: s.left(),
    notes: [
      "An adapter's configuration says nothing of data and recipe: name the file and its columns below.",
      ...(type === undefined ? ["It names no task: text_classification was taken."] : []),
    ],
  };
}
