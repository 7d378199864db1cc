/** Front matter of a model card, as read by the hub. */
import { printable } from "../../host/value-text.js";
import { isStudentModel } from "./card-compressed.js";
import type { CardFacts } from "./card-facts.js";

/** Writes YAML whose values are JSON, a subset of YAML, so that no text can end a value or start another. */
export function frontMatter(f: CardFacts, scores: readonly (readonly [string, number])[]): string {
  const { model, data } = f.plan.recipe;
  const { hub } = f.base;
  const pipeline = f.registry.find("task", model.task.word)?.capabilities?.pipeline;
  const metrics = scores.flatMap(([type, value]) => (Number.isFinite(value) ? [{ type, value }] : []));
  const index = {
    name: f.name,
    results: [
      { task: { type: pipeline }, dataset: { name: data.name, type: "private", split: "validation" }, metrics },
    ],
  };
  const entries: Readonly<Record<string, unknown>> = {
    ...(hub && { base_model: hub.id }),
    ...(typeof f.forbidding === "string" && { license: f.forbidding }),
    ...(hub && f.base.training === null && f.saved === "peft" && { base_model_relation: "adapter" }),
    ...(typeof f.deployed?.licence === "string" && { license: f.deployed.licence }),
    library_name: f.deployed?.library ?? LIBRARIES[f.saved] ?? "tunebook",
    ...(typeof pipeline === "string" && { pipeline_tag: pipeline }),
    tags: [
      ...["tunebook", model.technique.word, model.task.word],
      ...(f.compressed && isStudentModel(f.compressed) ? ["distillation"] : []),
      ...(f.deployed ? [f.deployed.format] : []),
    ],
    ...(metrics.length > 0 && { metrics: metrics.map(({ type }) => type), "model-index": [index] }),
  };
  return ["---", ...Object.entries(entries).map(([key, value]) => `${key}: ${yamlJson(value)}`), "---"].join("\n");
}
const LIBRARIES: Readonly<Partial<Record<CardFacts["saved"], string>>> = { peft: "peft", whole: "transformers" };
/** Returns JSON that is also valid YAML, and for strings valid Tune and Python. */
export function yamlJson(value: unknown): string {
  // Escapes the characters that are line ends in YAML, but not in JSON.
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === "string" ? printable(v) : v)).replace(
    /[\u0085\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
