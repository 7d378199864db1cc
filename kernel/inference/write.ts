/**
 * Generates text after prompts with a model that is open in this or another runtime: template, end tokens and token
 * limit.
 */
import { type Call, dataReadingSettingsOf, type ModelPlan } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import { registry } from "#stdlib/registry.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { BaseModel } from "../bases/base.js";
import { loadImplementation } from "../host/load-implementation.js";
import { chatEncodingOptionsOf } from "../data/encoding/chat.js";
import { inputPrefixOf, decoderStartToken } from "../data/encoding/decoder-input.js";
import { endTokenIds, endTokenId } from "../data/encoding/encoded.js";
import type { EngineSession } from "../engines/engine.js";
import { continueTexts, type ContinuationPiece } from "./continue-texts.js";
import { promptDisplayText, renderPrompts, type ModelPrompt } from "./prompts.js";

export interface WritingModel {
  readonly model: ModelPlan;
  readonly base: BaseModel;
  readonly tokenizer: Tokenizer;
  /** With the programs of stdlib/programs/generate.ts. */
  readonly session: Pick<EngineSession, "run">;
}
export interface WriteTextsOptions {
  readonly decoder: { readonly call: Call; readonly implementation: DecoderImplementation };
  readonly max_tokens: number;
  readonly stop: readonly string[];
  readonly batch_size: number;
}

export async function* writeTexts(
  { model, base, tokenizer, session }: WritingModel,
  prompts: readonly ModelPrompt[],
  options: WriteTextsOptions,
  signal?: AbortSignal,
): AsyncGenerator<ContinuationPiece, void, void> {
  const chat = await chatEncodingOptionsOf(dataReadingSettingsOf(model), base, tokenizer);
  const rendered = chat
    ? await renderPrompts(chat, prompts)
    : { texts: prompts.map(promptDisplayText), tokenizer, ends: [], stop: [] };
  const { task, max_length } = model;
  const family = await implementationOf(registry, "model", base.facts.family);
  const { vocabulary, positions } = family.sizes(family.config(base.facts.config));
  const taken = (await loadImplementation(model.technique, "technique")).virtual?.(model.technique).positions ?? 0;
  yield* continueTexts(rendered.texts, {
    session,
    tokenizer: rendered.tokenizer,
    decoder: options.decoder,
    vocabulary,
    positions: positions - taken,
    ends: new Set([...endTokenIds(base.facts.config), ...rendered.ends]),
    maxTokens: options.max_tokens,
    stop: [...options.stop, ...rendered.stop],
    batchSize: options.batch_size,
    ...(family.shape === "encoder-decoder" && {
      pairs: {
        prefix: inputPrefixOf(task),
        start: decoderStartToken(base),
        end: endTokenId(base.facts.config),
        maxLength: max_length,
      },
    }),
    ...(signal ? { signal } : {}),
  });
}
