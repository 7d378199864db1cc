/** Answers generation requests: encodes the prompt, chooses tokens, and forms the pieces for clients. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ToolDefinition } from "#stdlib/conversations/kind.js";
import { textDeltas, scoredPromptTokens, withPromptTokens } from "./text-deltas.js";
import { forcedCallPrefix, toolCallGrammar, type ToolCallFormat } from "./tool-calls/format.js";
import { ToolCallStreamParser } from "./tool-calls/parser.js";
import { samplingSettingsByText } from "./sampling/settings.js";
import { topLogprobs, SequenceSampler } from "./sampling/sequence-sampler.js";
import type { ChosenToken, SlotTextStream } from "./contract.js";
import { generationModelOf, type GenerationModel, type TextGeneratorOptions } from "./generation-model.js";
import type { TextChunk, GenerationRequest, TextGeneration } from "./generation-request.js";
import type { GrammarCache } from "./grammar/grammar-cache.js";
import { GrammarRules, type Grammar } from "./grammar/rules.js";
import { SchemaReader } from "./grammar/schema-grammar.js";
import { UnsupportedSchemaError } from "./grammar/unsupported-schema.js";
import { isConversation, encodePrompt, type EncodedPrompt } from "./prompt-tokens.js";

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
export async function createTextGenerator(options: TextGeneratorOptions): Promise<TextGenerator> {
  const model = await generationModelOf(options);
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

async function write(model: GenerationModel, ask: GenerationRequest): Promise<TextGeneration> {
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
  { name, calls, chat }: GenerationModel,
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
      ? "its chat template does not support tools, or writes calls in an unknown format"
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
    private readonly model: GenerationModel,
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
    const drawings = samplingSettingsByText(this.ask.sampling, this.model.generationConfig);
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
    drawing: ReturnType<ReturnType<typeof samplingSettingsByText>>,
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
        ? withPromptTokens(bits, () => scoredPromptTokens(prompt.tokens, promptLogprobs, bytes))
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

function grammarsFor({ grammars, callGrammars }: GenerationModel, tools: Tools | null): GrammarCache {
  return tools?.must ? callGrammars : grammars;
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
