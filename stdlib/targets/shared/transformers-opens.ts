/** How Python opens a transformers folder, or a PEFT adapter over its base. Shared by code examples and handler.py. */
import type { ModelToDeploy } from "../kind.js";
import type { AnswerType } from "./model-type.js";

/** transformers' class for each answer type. */
const AUTO: Readonly<Record<AnswerType, string>> = {
  labels: "AutoModelForSequenceClassification",
  number: "AutoModelForSequenceClassification",
  tags: "AutoModelForTokenClassification",
  answers: "AutoModelForQuestionAnswering",
  fills: "AutoModelForMaskedLM",
  continues: "AutoModelForCausalLM",
  rewrites: "AutoModelForSeq2SeqLM",
  embeds: "AutoModel",
};
/** Answer types without a PEFT class: the base is opened first. */
const OVER_THE_BASE: ReadonlySet<AnswerType> = new Set(["fills", "embeds"]);

export interface ModelLoadingCode {
  readonly imports: readonly string[];
  /** A Python expression for the model. */
  readonly model: string;
}

/** `place`: a Python expression for the folder. */
export function modelLoadingCodeOf(
  model: ModelToDeploy,
  sort: AnswerType,
  whole: boolean,
  place: string,
): ModelLoadingCode {
  const auto = AUTO[sort];
  if (whole)
    return {
      imports: [`from transformers import AutoTokenizer, ${auto}`],
      model: `${auto}.from_pretrained(${place}).eval()`,
    };
  if (OVER_THE_BASE.has(sort)) {
    const base = `${auto}.from_pretrained(PeftConfig.from_pretrained(${place}).base_model_name_or_path)`;
    return {
      imports: ["from peft import PeftConfig, PeftModel", `from transformers import AutoTokenizer, ${auto}`],
      model: `PeftModel.from_pretrained(${base}, ${place}).eval()`,
    };
  }
  const peft = auto.replace("Auto", "AutoPeft");
  return {
    imports: [`from peft import ${peft}`, "from transformers import AutoTokenizer"],
    model: `${peft}.from_pretrained(${place}${heads(model, sort)}).eval()`,
  };
}

/** Sets the number of labels, because the base may have another head. */
function heads({ labels }: ModelToDeploy, sort: AnswerType): string {
  const outputs = sort === "number" ? 1 : labels.length;
  return outputs > 0 ? `, num_labels=${String(outputs)}, ignore_mismatched_sizes=True` : "";
}
