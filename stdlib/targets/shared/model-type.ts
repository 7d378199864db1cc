/**
 * The answer type of a deployed model, from the class in config.json. It determines the code examples for other
 * programs.
 */

export type AnswerType = "labels" | "tags" | "answers" | "fills" | "continues" | "rewrites" | "embeds" | "number";

export function answerTypeOf(config: Readonly<Record<string, unknown>>): AnswerType {
  const [name] = Array.isArray(config["architectures"]) ? (config["architectures"] as readonly unknown[]) : [];
  const architecture = typeof name === "string" ? name : "";
  if (config["problem_type"] === "regression") return "number";
  if (
    architecture.endsWith("ForSequenceClassification") ||
    /_label_classification$/.test(String(config["problem_type"]))
  )
    return "labels";
  if (architecture.endsWith("ForTokenClassification")) return "tags";
  if (/ForQuestionAnswering(Simple)?$/.test(architecture)) return "answers";
  if (/ForMaskedLM$|ForPreTraining$/.test(architecture)) return "fills";
  if (/ForConditionalGeneration$/.test(architecture)) return "rewrites";
  if (/ForCausalLM$|LMHeadModel$/.test(architecture)) return "continues";
  return "embeds";
}
