/** Facts about a base model that is used with prompts: its template, sizes and stop strings. */
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { chatTemplateIn } from "../../bases/chat-template.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { weightBytes, type BaseModel } from "../../bases/base.js";
import { chatEncodingOptionsOf } from "../../data/encoding/chat.js";
import { endTokenIds } from "../../data/encoding/encoded.js";
import type { EngineSession } from "../../engines/engine.js";
import type { PromptableBase } from "./prompted-base.js";

/** Returns the plan of an untrained model; `folder` is the base folder of relative paths. */
export function promptedModelPlan(base: string, folder: string): ModelPlan {
  return {
    name: base,
    base,
    folder,
    baseHash: null,
    max_length: 0,
    template: null,
    task: { kind: "task", word: "text_generation", arguments: {} },
    // Nothing is trained, so that the weights may be shared with other models on the base.
    technique: { kind: "technique", word: "head_only", arguments: {} },
  };
}

export async function openPromptableBase(
  plan: ModelPlan,
  base: BaseModel,
  tokenizer: Tokenizer,
  session: Pick<EngineSession, "run">,
): Promise<PromptableBase> {
  const { config, family } = base.facts;
  const implementation = await implementationOf(registry, "model", family);
  const { vocabulary, positions } = implementation.sizes(implementation.config(config));
  const reader = { name: plan.base, folder: plan.folder, template: null };
  const chat = chatTemplateIn(base.folder) === null ? null : await chatEncodingOptionsOf(reader, base, tokenizer);
  const stop = chat ? await chat.renderer.stop(tokenizer.specials) : "";
  const id = chat ? tokenizer.idOf(stop) : null;
  const window = config["sliding_window"];
  return {
    base: plan.base,
    session,
    tokenizer,
    chat,
    vocabulary,
    positions,
    bytes: weightBytes(base.facts),
    window: typeof window === "number" ? window : null,
    ends: new Set([...endTokenIds(config), ...(id === null ? [] : [id])]),
    // Without a template, the next paragraph would be a new question, so a line break ends the answer.
    stop: chat ? (id === null && stop !== "" ? [stop] : []) : ["\n"],
  };
}
