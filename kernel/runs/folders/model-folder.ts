/**
 * A trained model as a folder like anybody's: `config.json`, `model.safetensors`, and the tokenizer's files (with the longest
 * text that the model was trained on: `model_max_length`), which
 * transformers loads and a `base:` names. Written beside the checkpoints of a model from scratch; of other models that train
 * whole it is made when another model begins from them, or when it is saved. Techniques that train few weights write an adapter instead.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelPlan } from "#dsl/language/types/subject.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import type { Base } from "../../bases/base.js";
import type { Session } from "../../engines/engine.js";
import { copyOpenly } from "../../fetch/private.js";
import { recordOf } from "../../tensors/model-file.js";
import { configText } from "./config-text.js";
import { LEARNT } from "../learnt-rows.js";
import { configOf } from "./model-config.js";
import { isStage, staged } from "../staged-folder.js";
import { folded, type Standardised } from "../standardised-weights.js";

export interface WholeModel {
  /** State → tensor in the file. */
  readonly names: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder of the files that are copied as they are. */
  readonly from: string;
  readonly files: readonly string[];
  readonly standardised: Standardised | null;
  readonly maxLength: number;
}

const SETTINGS = "tokenizer_config.json";
export const MODEL = { weights: "model.safetensors", config: "config.json" } as const;
const CARD = "README.md";

/** Null: the technique trains a part of the model. */
export function wholeOf(o: {
  readonly model: ModelPlan;
  readonly base: Base;
  readonly technique: TechniqueImplementation;
  readonly labels: readonly string[];
  readonly saved: Readonly<Record<string, string>>;
  readonly standardised: Standardised | null;
}): WholeModel | null {
  if (o.technique.saved !== "model") return null;
  const { saved: names, standardised, base } = o;
  return {
    names,
    standardised,
    config: configOf(o.model, base, o.labels),
    from: base.folder,
    files: besideWeights(base),
    maxLength: o.model.max_length,
  };
}

/** The base's files that are as good for the trained model: its tokenizer's, and what it writes by. */
export function besideWeights(base: Base): readonly string[] {
  return base.files.filter((name) => BESIDE.test(name));
}
const BESIDE =
  /^(tokenizer|vocab|merges|special_tokens|added_tokens|spiece|sentencepiece|chat_template|generation_config)[\w.-]*$/;

/**
 * Copies them; the tokenizer's settings say from then on how many tokens of a text the model reads, as transformers takes it,
 * and that tokenizer.json is read as it is: who finds no class there guesses one by the model's family, and builds another.
 */
export async function copyBeside(
  folder: string,
  o: { readonly from: string; readonly files: readonly string[]; readonly maxLength: number },
): Promise<void> {
  for (const name of o.files)
    if (name !== SETTINGS && resolve(o.from) !== resolve(folder))
      await copyOpenly(join(o.from, name), join(folder, name));
  const own = recordOf(join(o.from, SETTINGS)) ?? {};
  const guessed = own["tokenizer_class"] === undefined && o.files.includes("tokenizer.json");
  const settings = { ...(guessed && asItIs(o.from)), ...own, model_max_length: o.maxLength };
  await writeFileAtomic(join(folder, SETTINGS), `${JSON.stringify(settings, null, 2)}\n`);
}
function asItIs(from: string): Readonly<Record<string, unknown>> {
  const types = Number(recordOf(join(from, MODEL.config))?.["type_vocab_size"] ?? 0) > 1 ? ["token_type_ids"] : [];
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_input_names: ["input_ids", ...types, "attention_mask"],
  };
}

/** All that such a folder holds, its model card aside. */
export function filesOf(base: Base): readonly string[] {
  return [...new Set([MODEL.weights, MODEL.config, SETTINGS, LEARNT, ...besideWeights(base)])];
}

/** Demands that a folder holds nothing but such files and a model card. Coded error `folder-taken`. */
export function demandFree(folder: string, files: readonly string[]): void {
  const others = (existsSync(folder) ? readdirSync(folder) : []).filter(
    (name) => name !== CARD && !files.includes(name) && !isStage(name),
  );
  if (others.length > 0) throw new CodedError("folder-taken", { folder, has: others });
}

/** The weights that the session has now; a folder that was there before is written anew. */
export async function writeModelFolder(folder: string, session: Session, whole: WholeModel): Promise<void> {
  const { names, standardised } = whole;
  await staged(folder, async (work) => {
    await folded(session, standardised, () =>
      session.save(join(work, MODEL.weights), Object.keys(names), { format: "pt" }, names),
    );
    await copyBeside(work, { from: whole.from, files: whole.files, maxLength: whole.maxLength });
    await writeFileAtomic(join(work, MODEL.config), configText(whole.config));
  });
}
