/** How Python opens a folder of transformers, or an adapter by PEFT over its base: the same in calls that are copied and in handler.py. */
import type { Deployed } from "../kind.js";
import type { Sort } from "./model-type.js";

/** The class of transformers that opens it. */
const AUTO: Readonly<Record<Sort, string>> = {
  labels: "AutoModelForSequenceClassification",
  number: "AutoModelForSequenceClassification",
  tags: "AutoModelForTokenClassification",
  answers: "AutoModelForQuestionAnswering",
  fills: "AutoModelForMaskedLM",
  continues: "AutoModelForCausalLM",
  rewrites: "AutoModelForSeq2SeqLM",
  embeds: "AutoModel",
};
/** PEFT has no class of its own that opens these: the base is opened first. */
const OVER_THE_BASE: ReadonlySet<Sort> = new Set(["fills", "embeds"]);

export interface Opens {
  readonly imports: readonly string[];
  /** An expression for the model. */
  readonly model: string;
}

/** `at`: an expression for the folder. */
export function opensBy(model: Deployed, sort: Sort, whole: boolean, at: string): Opens {
  const auto = AUTO[sort];
  if (whole)
    return {
      imports: [`from transformers import AutoTokenizer, ${auto}`],
      model: `${auto}.from_pretrained(${at}).eval()`,
    };
  if (OVER_THE_BASE.has(sort)) {
    const base = `${auto}.from_pretrained(PeftConfig.from_pretrained(${at}).base_model_name_or_path)`;
    return {
      imports: ["from peft import PeftConfig, PeftModel", `from transformers import AutoTokenizer, ${auto}`],
      model: `PeftModel.from_pretrained(${base}, ${at}).eval()`,
    };
  }
  const peft = auto.replace("Auto", "AutoPeft");
  return {
    imports: [`from peft import ${peft}`, "from transformers import AutoTokenizer"],
    model: `${peft}.from_pretrained(${at}${heads(model, sort)}).eval()`,
  };
}

/** A base that brings another head is told how many labels there are. */
function heads({ labels }: Deployed, sort: Sort): string {
  const outputs = sort === "number" ? 1 : labels.length;
  return outputs > 0 ? `, num_labels=${String(outputs)}, ignore_mismatched_sizes=True` : "";
}
