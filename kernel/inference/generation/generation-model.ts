/** What text generation needs to know of a model: its prompts, end tokens, stop strings, tool calls and grammars. */
import { dataReadingSettingsOf, type ModelPlan } from "#dsl/language/types/value.js";
import type { BaseModel } from "../../bases/base.js";
import { chatTemplateIn } from "../../bases/chat-template.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { chatEncodingOptionsOf, type ChatEncodingOptions } from "../../data/encoding/chat.js";
import { inputPrefixOf, decoderStartToken } from "../../data/encoding/decoder-input.js";
import { endTokenIds, endTokenId } from "../../data/encoding/encoded.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { toolCallFormat } from "./chat-prompt.js";
import type { SlotWriter } from "./contract.js";
import { GrammarCache } from "./grammar/grammar-cache.js";
import type { PromptEncoder } from "./prompt-tokens.js";
import { readGenerationConfig, type GenerationConfig } from "./sampling/settings.js";
import { TokenBytes } from "./token-bytes.js";
import type { ToolCallFormat } from "./tool-calls/format.js";

export interface TextGeneratorOptions {
  readonly name: string;
  readonly model: ModelPlan;
  readonly base: BaseModel;
  readonly tokenizer: Tokenizer;
  readonly by: { readonly writer: SlotWriter; readonly adapter?: number };
}
export interface GenerationModel extends PromptEncoder {
  readonly by: TextGeneratorOptions["by"];
  readonly generationConfig: GenerationConfig;
  readonly calls: ToolCallFormat | null;
  readonly ends: ReadonlySet<number>;
  /** Stop strings. */
  readonly stop: readonly string[];
  readonly bytes: TokenBytes;
  readonly grammars: GrammarCache;
  /** Cache of tool-call grammars, which may contain special tokens. */
  readonly callGrammars: GrammarCache;
  /** Special tokens of tool calls, with their text. */
  readonly marks: ReadonlyMap<number, string>;
  /** Start tokens of the decoder if the prompt is an encoder's input. */
  readonly start: readonly number[];
}

export async function generationModelOf({
  name,
  model,
  base,
  tokenizer,
  by,
}: TextGeneratorOptions): Promise<GenerationModel> {
  const { generatesText, predictsNextToken } = (await loadImplementation(model.task, "task")).supervision.rowFormat;
  const rewrites = generatesText && !predictsNextToken;
  const { config } = base.facts;
  const chat = rewrites ? null : await chatFor(model, base, tokenizer);
  const stop = chat ? await chat.renderer.stop(tokenizer.specials) : "";
  const id = tokenizer.idOf(stop);
  const generationConfig = readGenerationConfig(base.folder);
  const bytes = new TokenBytes(tokenizer);
  const calls = chat && toolCallFormat(chat);
  const marks = calls ? marksOf(tokenizer, calls) : new Map<number, string>();
  const within = [...marks].filter(([, mark]) => calls?.marks.includes(mark)).map(([id]) => id);
  const grammars = new GrammarCache(bytes);
  return {
    name,
    tokenizer,
    chat,
    by,
    generationConfig,
    bytes,
    vocabulary: by.writer.vocabulary,
    room: by.writer.room,
    pairs: rewrites
      ? { prefix: inputPrefixOf(model.task), end: endTokenId(config), maxLength: model.max_length }
      : null,
    start: rewrites ? [decoderStartToken(base)] : [],
    calls,
    marks,
    grammars,
    callGrammars: within.length === 0 ? grammars : new GrammarCache(new TokenBytes(tokenizer, new Set(within))),
    ends: new Set([...endTokenIds(config), ...generationConfig.ends, ...(id === null ? [] : [id])]),
    // A stop string that is not a single token is matched in the generated text.
    stop: id === null && stop !== "" ? [stop] : [],
  };
}

/** A base model with a chat template answers conversations, even if it was trained on plain texts. */
async function chatFor(model: ModelPlan, base: BaseModel, tokenizer: Tokenizer): Promise<ChatEncodingOptions | null> {
  const reader = dataReadingSettingsOf(model);
  if (reader.template !== undefined) return chatEncodingOptionsOf(reader, base, tokenizer);
  return chatTemplateIn(base.folder) === null
    ? null
    : chatEncodingOptionsOf({ ...reader, template: null }, base, tokenizer);
}

function marksOf(tokenizer: Tokenizer, { opens, closes, marks: more }: ToolCallFormat): ReadonlyMap<number, string> {
  const marks = [opens, closes, ...more].map((mark) => [tokenizer.idOf(mark), mark] as const);
  return new Map(
    marks.flatMap(([id, mark]) => (id !== null && tokenizer.special.has(id) ? [[id, mark] as const] : [])),
  );
}
