/**
 * A trained model as a folder like anybody's: `config.json`, `model.safetensors`, and the tokenizer's files, which
 * transformers loads and a `base:` names. Written beside the checkpoints of a model from scratch; of other models that train
 * whole it is made when another model begins from them. Techniques that train few weights write an adapter instead.
 */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { ModelPlan } from "#dsl/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import type { TechniqueImplementation } from "#stdlib/kinds/technique.js";
import type { Base } from "../bases/base.js";
import type { Session } from "../engine/engine.js";
import { configText } from "./config-text.js";

export interface WholeModel {
  /** State → tensor in the file. */
  readonly names: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder of the files that are copied as they are. */
  readonly from: string;
  readonly files: readonly string[];
}

const copied = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"];

/** Null: the technique trains a part of the model. */
export function wholeOf(o: {
  readonly model: ModelPlan;
  readonly base: Base;
  readonly technique: TechniqueImplementation;
  readonly labels: readonly string[];
  readonly saved: Readonly<Record<string, string>>;
}): WholeModel | null {
  const { base, model } = o;
  if (o.technique.saved !== "model") return null;
  const architecture = architectureOf(base.facts.family, model.task.word);
  const config = {
    ...base.facts.config,
    ...(architecture === null ? {} : { architectures: [architecture] }),
    ...(o.labels.length > 0 && {
      id2label: Object.fromEntries(o.labels.map((label, id) => [id, label])),
      label2id: Object.fromEntries(o.labels.map((label, id) => [label, id])),
    }),
    dtype: "float32",
  };
  return { names: o.saved, config, from: base.folder, files: copied.filter((name) => base.files.includes(name)) };
}

/** The weights that the session has now; a folder that was there before is written anew. */
export async function writeModelFolder(folder: string, session: Session, whole: WholeModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  await session.save(join(folder, "model.safetensors"), Object.keys(whole.names), { format: "pt" }, whole.names);
  for (const name of whole.files) await copyFile(join(whole.from, name), join(folder, name));
  await writeFileAtomic(join(folder, "config.json"), configText(whole.config));
}

/** The class that transformers has for a family with the head of a task; null: it has none. */
function architectureOf(family: string, task: string): string | null {
  const of = registry.find("model", family)?.capabilities ?? {};
  const stem = of["className"];
  if (typeof stem !== "string") return null;
  const does = registry.find("task", task)?.capabilities ?? {};
  if (does["supervision"] === "sequence") return `${stem}ForConditionalGeneration`;
  if (does["supervision"] === "next_token") return stem === "GPT2" ? "GPT2LMHeadModel" : `${stem}ForCausalLM`;
  const [ending] = Array.isArray(does["architectures"]) ? (does["architectures"] as readonly string[]) : [];
  return ending === undefined ? null : stem + ending;
}
