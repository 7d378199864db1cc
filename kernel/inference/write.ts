/** Prompts, written on by a model that is open, here or in another runtime: its template, its ends, its room. */
import type { Call } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { readerOf, type ModelPlan } from "#dsl/language/types/subject.js";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import { registry } from "#stdlib/registry.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { Base } from "../bases/base.js";
import { does } from "../host/load-implementation.js";
import { chatOf } from "../data/encoding/chat.js";
import { prefixOf, startOf } from "../data/encoding/decoder-input.js";
import { endsOf, endToken } from "../data/encoding/encoding.js";
import type { Session } from "../engines/engine.js";
import { continueTexts, type Piece } from "./continue-texts.js";
import { promptText, renderPrompts, type Prompt } from "./prompts.js";

/** A model that writes. */
export interface Writer {
  readonly model: ModelPlan;
  readonly base: Base;
  readonly tokenizer: Tokenizer;
  /** With the programs of stdlib/programs/generate.ts. */
  readonly session: Pick<Session, "run">;
}
export interface WritingOf {
  readonly decoder: { readonly call: Call; readonly implementation: DecoderImplementation };
  readonly max_tokens: number;
  readonly stop: readonly string[];
  readonly batch_size: number;
}

export async function* writeTexts(
  { model, base, tokenizer, session }: Writer,
  prompts: readonly Prompt[],
  o: WritingOf,
  signal?: AbortSignal,
): AsyncGenerator<Piece, void, void> {
  const chat = await chatOf(readerOf(model), base, tokenizer);
  const rendered = chat
    ? await renderPrompts(chat, prompts)
    : { texts: prompts.map(promptText), tokenizer, ends: [], stop: [] };
  const { task, max_length } = model;
  const family = await implementationOf(registry, "model", base.facts.family);
  const { vocabulary, positions } = family.sizes(family.config(base.facts.config));
  const taken = (await does(model.technique, "technique")).virtual?.(model.technique).positions ?? 0;
  yield* continueTexts(rendered.texts, {
    session,
    tokenizer: rendered.tokenizer,
    decoder: o.decoder,
    vocabulary,
    positions: positions - taken,
    ends: new Set([...endsOf(base.facts.config), ...rendered.ends]),
    maxTokens: o.max_tokens,
    stop: [...o.stop, ...rendered.stop],
    batchSize: o.batch_size,
    ...(family.shape === "encoder-decoder" && {
      pairs: {
        prefix: prefixOf(task),
        start: startOf(base),
        end: endToken(base.facts.config),
        maxLength: max_length,
      },
    }),
    ...(signal ? { signal } : {}),
  });
}
