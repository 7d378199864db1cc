/** config.json of a model that was trained here, as transformers writes it for the class that has its head. */
import type { Plan } from "#dsl/plan/plan.js";
import { writesText as tasksThatWrite } from "#dsl/plan/feeding.js";
import { registry } from "#stdlib/registry.js";
import type { Base } from "../bases/base.js";

/** What tells of the base's own weight files. */
const OF_THE_FILES = ["torch_dtype", "quantization_config"];
const CLASS = /^(.+?)(Model|LMHeadModel|PreTrainedModel|For[A-Z]\w*)$/;

export function mergedConfig({ recipe: { model } }: Plan, base: Base, labels: readonly string[]): Readonly<Record<string, unknown>> {
  const config = Object.fromEntries(Object.entries(base.facts.config).filter(([key]) => !OF_THE_FILES.includes(key)));
  const stated = Array.isArray(config["architectures"]) ? String(config["architectures"][0]) : "";
  const family = CLASS.exec(stated)?.[1];
  const ends = registry.find("task", model.task.word)?.capabilities?.["architectures"];
  const [end] = Array.isArray(ends) ? (ends as readonly string[]) : [WHOLE];
  const named = tasksThatWrite(registry, model.task) ? stated : family === undefined ? "" : `${family}${end}`;
  const problem = PROBLEMS[model.task.word];
  return {
    ...config,
    ...(named !== "" && { architectures: [named] }),
    dtype: "float32",
    ...(labels.length > 0 && {
      id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    }),
    ...(problem === "regression" && { id2label: { 0: "LABEL_0" }, label2id: { LABEL_0: 0 } }),
    ...(problem !== undefined && { problem_type: problem }),
  };
}
const WHOLE = "ForSequenceClassification";
/** What transformers calls the losses of heads over whole texts. */
const PROBLEMS: Readonly<Record<string, string>> = {
  text_classification: "single_label_classification",
  multilabel_classification: "multi_label_classification",
  regression: "regression",
};
