/** Answers generation requests: encodes the prompt, chooses tokens, and forms the pieces for clients. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReaderOf, type ModelPlan } from "#dsl/language/types/value.js";
import type { ToolDefinition } from "#stdlib/conversations/kind.js";
import { chatTemplateIn } from "../../bases/chat-template.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { Base } from "../../bases/base.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { chatEncodingOf, type ChatEncoding } from "../../data/encoding/chat.js";
import { inputPrefixOf, decoderStartToken } from "../../data/encoding/decoder-input.js";
import { endTokenIds, endTokenId } from "../../data/encoding/encoded.js";
import { textDeltas, promptTokensOf, withPromptTokens } from "./text-deltas.js";
import { forcedCallPrefix, toolCallGrammar, type ToolCallFormat } from "./tool-calls/format.js";
import { ToolCallStreamParser } from "./tool-calls/parser.js";
import { samplingSettingsOf, readGenerationConfig, type GenerationConfig } from "./sampling/settings.js";
import { topLogprobs, SequenceSampler } from "./sampling/sequence-sampler.js";
import { toolCallFormat } from "./chat-prompt.js";
import type { ChosenToken, SlotTextStream, SlotWriter } from "./contract.js";
import type { TextChunk, GenerationRequest, TextGeneration } from "./generation-request.js";
import { GrammarCache } from "./grammar/grammar-cache.js";
import { GrammarRules, type Grammar } from "./grammar/rules.js";
import { SchemaReader } from "./grammar/schema-grammar.js";
import { UnsupportedSchemaError } from "./grammar/unsupported-schema.js";
import { isConversation, encodePrompt, type PromptEncoder, type EncodedPrompt } from "./prompt-tokens.js";
import { TokenBytes } from "./token-bytes.js";

export interface TextGeneratorOptions {
  readonly name: string;
  readonly model: ModelPlan;
  readonly base: Base;
  readonly tokenizer: Tokenizer;
  readonly by: { readonly writer: SlotWriter; readonly adapter?: number };
}
export interface TextGenerator {
  /** Whether the model answers conversations, and whether it calls tools in them. */
  readonly chats: boolean;
  readonly tools: boolean;
  /**
   * Requests slots when the iteration begins and frees them when it ends. Throws the writer's coded errors and
   * `empty-prompt`, `text-too-long`, `no-prompt-likelihoods`, `no-template`, `conversation-refused`, `broken-template`,
   * `schema-unusable`, `no-tools`, `no-such-tool`.
   */
  write(ask: GenerationRequest): Promise<TextGeneration>;
  /** Ends the grammar threads. The writer belongs to the caller. */
  close(): void;
}
interface Model extends PromptEncoder {
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

export async function createTextGenerator(options: TextGeneratorOptions): Promise<TextGenerator> {
  const model = await modelOf(options);
  return {
    chats: model.chat !== null,
    tools: model.calls !== null,
    write: (ask) => write(model, ask),
    close() {
      model.grammars.close();
      model.callGrammars.close();
    },
  };
}

async function modelOf({ name, model, base, tokenizer, by }: TextGeneratorOptions): Promise<Model> {
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
async function chatFor(model: ModelPlan, base: Base, tokenizer: Tokenizer): Promise<ChatEncoding | null> {
  const reader = dataReaderOf(model);
  if (reader.template !== undefined) return chatEncodingOf(reader, base, tokenizer);
  return chatTemplateIn(base.folder) === null ? null : chatEncodingOf({ ...reader, template: null }, base, tokenizer);
}

async function write(model: Model, ask: GenerationRequest): Promise<TextGeneration> {
  if (ask.promptLikelihoods === true && !model.by.writer.scores)
    throw new CodedError("no-prompt-likelihoods", { model: model.name });
  const tools = toolsOf(model, ask);
  const grammar = heldTo(ask, tools);
  // Compiles the grammar before the prompt is processed, so that an unusable one fails early.
  const first = grammar === null ? null : await grammarsFor(model, tools).begin(grammar, ask);
  try {
    const begun = tools && tools.must !== null ? forcedCallPrefix(tools.format) : "";
    const prompt = await encodePrompt(model, ask, tools?.shown ?? [], begun);
    first?.dispose();
    return new Texts(model, ask, prompt, tools, grammar);
  } catch (error) {
    first?.dispose();
    throw error;
  }
}

interface Tools {
  readonly format: ToolCallFormat;
  /** Tools shown to the model. */
  readonly shown: readonly ToolDefinition[];
  /** Tools of which one must be called; null if the model decides. */
  readonly must: readonly ToolDefinition[] | null;
}
/** Returns null if no tool may be called. */
function toolsOf(
  { name, calls, chat }: Model,
  { tools = [], toolChoice = "auto", prompt }: GenerationRequest,
): Tools | null {
  const named = typeof toolChoice === "object" ? toolChoice.name : null;
  const must = named !== null || toolChoice === "required";
  if (must && (tools.length === 0 || (named !== null && !tools.some((tool) => tool.name === named))))
    throw new CodedError("no-such-tool", { name: named, has: tools.map((tool) => tool.name) });
  if (tools.length === 0 || toolChoice === "none") return null;
  const why = !isConversation(prompt)
    ? "tools are called in conversations"
    : chat
      ? "its chat template writes no tools, or their calls in a form that isn't read"
      : "it has no chat template";
  if (!calls || !isConversation(prompt)) throw new CodedError("no-tools", { model: name, why });
  return {
    format: calls,
    shown: tools,
    must: must ? tools.filter((tool) => named === null || tool.name === named) : null,
  };
}

/**
 * Returns the grammar of the texts; null if there is none. A required tool call has its own grammar, whatever `shape`
 * is.
 */
function heldTo({ shape }: GenerationRequest, tools: Tools | null): Grammar | null {
  try {
    if (tools?.must) return toolCallGrammar(tools.format, tools.must);
    if (!shape) return null;
    const rules = new GrammarRules();
    if (shape.is === "json") return rules.grammar("object", []);
    const { schema } = shape;
    return rules.grammar(new SchemaReader(schema, rules).read(schema), [{ schema, document: schema }]);
  } catch (error) {
    // Parsers, including the engine's own, fail with a RangeError on input that is nested too deeply.
    const why =
      error instanceof UnsupportedSchemaError ? error.message : error instanceof RangeError ? "it is too deep" : null;
    if (why === null) throw error;
    throw new CodedError("schema-unusable", { why }, { cause: error });
  }
}

class Texts implements TextGeneration {
  readonly promptTokens: number;
  readonly cut: boolean;
  private readonly streams: SlotTextStream[] = [];

  constructor(
    private readonly model: Model,
    private readonly ask: GenerationRequest,
    private readonly prompt: EncodedPrompt,
    private readonly tools: Tools | null,
    private readonly grammar: Grammar | null,
  ) {
    this.promptTokens = prompt.tokens.length;
    this.cut = prompt.cut;
  }
  get cachedTokens(): number {
    return this.streams[0]?.cached ?? 0;
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<TextChunk, void, void> {
    const drawings = samplingSettingsOf(this.ask.sampling, this.model.generationConfig);
    const stopped = new AbortController();
    const signals = [stopped.signal, ...(this.ask.signal ? [this.ask.signal] : [])];
    const texts = Array.from({ length: this.ask.choices }, (_, choice) =>
      this.text(choice, drawings(choice), AbortSignal.any(signals)),
    );
    try {
      yield* merged(texts);
    } finally {
      stopped.abort();
    }
  }

  private async *text(
    choice: number,
    drawing: ReturnType<ReturnType<typeof samplingSettingsOf>>,
    signal: AbortSignal,
  ): AsyncGenerator<TextChunk, void, void> {
    const { model, ask, prompt, tools, grammar: held } = this;
    const { by, ends, tokenizer, bytes } = model;
    const matcher = held === null ? null : await grammarsFor(model, tools).begin(held, { signal, client: ask.client });
    const before = model.pairs ? Int32Array.from(model.start) : prompt.tokens;
    const chooser = new SequenceSampler({
      prompt: before,
      drawing,
      ends,
      padId: tokenizer.padId,
      matcher,
      logprobs: ask.logprobs ?? null,
    });
    const promptLogprobs: NonNullable<ChosenToken["likelihoods"]>[] = [];
    const scored = (place: number, logits: Float32Array): void =>
      void promptLogprobs.push(topLogprobs(logits, prompt.tokens[place + 1]!, ask.logprobs ?? 0));
    try {
      const text = by.writer.write({
        prompt: prompt.tokens,
        ends,
        chooser,
        signal,
        ...(ask.promptLikelihoods === true && { scored }),
        maxTokens: Math.max(1, Math.min(ask.maxTokens ?? Infinity, prompt.room)),
        ...(by.adapter !== undefined && { adapter: by.adapter }),
        ...(ask.salt !== undefined && { salt: ask.salt }),
        ...(ask.client !== undefined && { client: ask.client }),
      });
      this.streams[choice] = text;
      const bits = ask.maxTokens === 0 ? nothingOf(text, choice) : this.bits(text, choice, chooser, before);
      yield* ask.promptLikelihoods === true
        ? withPromptTokens(bits, () => promptTokensOf(prompt.tokens, promptLogprobs, bytes))
        : bits;
    } finally {
      matcher?.dispose();
    }
  }

  private bits(
    text: SlotTextStream,
    choice: number,
    chooser: SequenceSampler,
    before: Int32Array,
  ): AsyncGenerator<TextChunk, void, void> {
    const { model, ask, tools } = this;
    const { ends, tokenizer, bytes } = model;
    return textDeltas(text, {
      choice,
      chooser,
      tokenizer,
      bytes,
      before,
      ends,
      stop: [...ask.stop, ...model.stop],
      marks: tools ? model.marks : new Map<number, string>(),
      calls: tools && new ToolCallStreamParser(tools.format, tools.shown, tools.must !== null),
    });
  }
}

/** Only processes the prompt: it is done once the first token arrives, and that token is discarded. */
async function* nothingOf(text: SlotTextStream, choice: number): AsyncGenerator<TextChunk, void, void> {
  const tokens = text[Symbol.asyncIterator]();
  await tokens.next();
  await tokens.return?.();
  yield { choice, text: "", tokens: [], ended: "length" };
}

function grammarsFor({ grammars, callGrammars }: Model, tools: Tools | null): GrammarCache {
  return tools?.must ? callGrammars : grammars;
}

function marksOf(tokenizer: Tokenizer, { opens, closes, marks: more }: ToolCallFormat): ReadonlyMap<number, string> {
  const marks = [opens, closes, ...more].map((mark) => [tokenizer.idOf(mark), mark] as const);
  return new Map(
    marks.flatMap(([id, mark]) => (id !== null && tokenizer.special.has(id) ? [[id, mark] as const] : [])),
  );
}

/**
 * Merges several texts into one stream in order of arrival; each text keeps its order. The first error ends all.
 * Stopping the iteration stops each of them.
 */
async function* merged<T>(texts: readonly AsyncGenerator<T, void, void>[]): AsyncGenerator<T, void, void> {
  if (texts.length === 1) return yield* texts[0]!;
  type Next = { readonly index: number; readonly result: IteratorResult<T, void> };
  const next = async (index: number): Promise<Next> => ({ index, result: await texts[index]!.next() });
  const waiting = new Map(texts.map((_, index) => [index, next(index)]));
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values());
      if (result.done) {
        waiting.delete(index);
        continue;
      }
      waiting.set(index, next(index));
      yield result.value;
    }
  } finally {
    // Pending results still settle after the stop; their errors are ignored.
    for (const one of waiting.values()) one.catch(() => undefined);
    for (const text of texts) void text.return().catch(() => undefined);
  }
}
