/** Small word-based models with predictable answers, for tests of the HTTP interfaces. */
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PredictionInput } from "#kernel/data/encoding/encoded.js";
import {
  DEFAULT_LIMITS,
  type PredictionForText,
  type GenerationRequestOptions,
  type TextChunk,
  type ModelLease,
  type HttpServer,
  type HttpOptions,
  type ServingLimits,
  type TokenLikelihood,
  type ModelLoad,
  type ServedModelCollection,
  type Readiness,
  type ServedModel,
  type GenerationRequest,
  type TextGeneration,
} from "#kernel/features/serve/contract.js";
import type { HttpTimeouts } from "#kernel/features/serve/server/server-parts.js";
import { startHttpServer } from "#kernel/features/serve/server/start-http.js";

const wordsIn = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");
/** A loop, because some requests contain texts of a million letters. */
function idOf(word: string): number {
  let sum = 7;
  for (let i = 0; i < word.length; i++) sum = (sum * 31 + word.charCodeAt(i)) % 50_000;
  return sum;
}

/** Shared base of the test models; methods such as `write` belong to the subclasses of each model type. */
export abstract class WordModel implements ServedModel {
  readonly labels: readonly string[] = [];
  readonly several: boolean = false;
  readonly pairs: boolean = false;
  readonly ranks: boolean = false;
  readonly maxLength: number = 20;
  readonly root: string | null = null;
  readonly created = 1_700_000_000_000;
  readonly chats: boolean = false;
  readonly tools: boolean = false;
  abstract readonly sort: ServedModel["sort"];
  /** Delay of each answer, in ms. */
  slow = 0;
  /** The error that every answer fails with. */
  fails: Error | null = null;
  /** Number of texts in progress. */
  working = 0;
  /** Number of answers ended by an abort signal. */
  ended = 0;

  constructor(readonly name: string) {}

  /** Returns the text's words, truncated if necessary. */
  protected read(
    text: PredictionInput,
    at: number,
    { truncate }: GenerationRequestOptions,
  ): { readonly words: readonly string[]; readonly cut: boolean } {
    const words = typeof text === "string" ? wordsIn(text) : text.flatMap(wordsIn);
    const cut = words.length > this.maxLength;
    if (cut && !truncate)
      throw new CodedError("text-too-long", {
        model: this.name,
        at: at + 1,
        tokens: words.length,
        most: this.maxLength,
      });
    return { words: words.slice(0, this.maxLength), cut };
  }
  protected async working_<T>(signal: AbortSignal | undefined, work: () => T): Promise<T> {
    this.working++;
    try {
      if (this.fails) throw this.fails;
      if (this.slow > 0) await sleep(this.slow, undefined, { signal });
      return work();
    } catch (error) {
      if (signal?.aborted === true) this.ended++;
      throw error;
    } finally {
      this.working--;
    }
  }

  protected says(words: readonly string[], text: PredictionInput): Readonly<Record<string, unknown>> {
    throw new Error(`${this.name} says nothing of ${String(words.length)} words of ${String(text)}`);
  }
  predict(texts: readonly PredictionInput[], o: GenerationRequestOptions): Promise<readonly PredictionForText[]> {
    return this.working_(o.signal, () =>
      texts.map((text, at) => {
        const { words, cut } = this.read(text, at, o);
        return { prediction: this.says(words, text), tokens: words.length, cut };
      }),
    );
  }
  embed: ServedModel["embed"] = () => Promise.reject(new Error(`${this.name} makes no vectors`));
  embedAll: ServedModel["embedAll"] = () => Promise.reject(new Error(`${this.name} makes no vectors`));
  write: ServedModel["write"] = () => Promise.reject(new Error(`${this.name} writes nothing`));
  tokenize: ServedModel["tokenize"] = (texts, { specials, most = Infinity }) => {
    const all = texts.map((text) => [
      ...(specials ? [{ id: 1, text: "<s>", special: true, start: null, stop: null }] : []),
      ...[...text.matchAll(/\S+/gu)].map(({ 0: word, index }) => ({
        ...{ id: idOf(word), text: word, special: false, start: index, stop: index + word.length },
      })),
    ]);
    return Promise.resolve(all.reduce((sum, { length }) => sum + length, 0) > most ? null : all);
  };
  decode: ServedModel["decode"] = (ids, specials) =>
    Promise.resolve(ids.map((one) => [...one].filter((id) => specials || id !== 1).join(" ")));
  load(): ModelLoad {
    return { waiting: 0, working: this.working, batches: 3, tokensRead: 5, tokensWritten: 7, tokensCached: 2 };
  }
  close = (): Promise<void> => Promise.resolve();
}

/** Classifies whether a text has more than three words; each further word raises the probability. */
export class LongOrShort extends WordModel {
  readonly sort = "labels";
  override readonly labels = ["short", "long"];
  protected override says(words: readonly string[]) {
    const long = 1 / (1 + Math.exp(3 - words.length));
    const label = long > 0.5 ? "long" : "short";
    return { label, probability: Math.max(long, 1 - long), probabilities: { short: 1 - long, long } };
  }
}
/** Scores a pair by the number of words the texts have in common. */
export class Overlap extends WordModel {
  readonly sort = "number";
  override readonly pairs = true;
  override readonly ranks = true;
  protected override says(_: readonly string[], text: PredictionInput) {
    const [first, second] = (typeof text === "string" ? [text, ""] : text).map((one) => new Set(wordsIn(one)));
    return { score: [...(first ?? [])].filter((word) => second?.has(word)).length };
  }
}
/** Tags capitalised words as names. */
export class Names extends WordModel {
  readonly sort = "tags";
  override readonly labels = ["O", "NAME"];
  protected override says(words: readonly string[]) {
    const isName = (word: string): boolean => /^\p{Lu}/u.test(word);
    return {
      tokens: words.map((token) => ({ token, tag: isName(token) ? "NAME" : "O", probability: 0.75 })),
      entities: words.flatMap((text, start) => (isName(text) ? [{ type: "NAME", text, start, end: start + 1 }] : [])),
      cut: 0,
    };
  }
}
/** Answers with the first word of the context that also occurs in the question. */
export class Finder extends WordModel {
  readonly sort = "answers";
  override readonly pairs = true;
  protected override says(_: readonly string[], text: PredictionInput) {
    const [question = "", context = ""] = text;
    const answer = wordsIn(context).find((word) => wordsIn(question).includes(word)) ?? "";
    const start = context.indexOf(answer);
    return { context, answer, start, end: start + answer.length, probability: 0.5 };
  }
}
export class Filler extends WordModel {
  readonly sort = "fills";
  protected override says(_: readonly string[], text: PredictionInput) {
    const candidates = [...String(text).matchAll(/\[MASK\]/g)].map(() => [
      { token: "good", probability: 0.6 },
      { token: "bad", probability: 0.3 },
    ]);
    return { filled: String(text).replaceAll("[MASK]", "good"), candidates };
  }
}
/** Embeds a text as its counts of the letters a, b and c. */
export class Letters extends WordModel {
  readonly sort = "embeds";
  override embed: ServedModel["embed"] = (texts, o) =>
    this.working_(o.signal, () =>
      texts.map((text, at) => {
        const { words, cut } = this.read(text, at, o);
        const counts = [..."abc"].map((letter) => words.join("").split(letter).length - 1);
        const norm = o.normalize === false ? 1 : Math.hypot(...counts) || 1;
        return { vector: Float32Array.from(counts, (n) => n / norm), tokens: words.length, cut };
      }),
    );
  override embedAll: ServedModel["embedAll"] = (texts, o) =>
    this.working_(o.signal, () => {
      const all = texts.map((text, at) => {
        const { words, cut } = this.read(text, at, o);
        const of = (word: string) => Float32Array.from("abc", (letter) => word.split(letter).length - 1);
        return { vectors: words.map(of), tokens: words.length, cut };
      });
      return all.reduce((sum, { vectors }) => sum + 3 * vectors.length, 0) > o.most ? null : all;
    });
}

/** Writes the words of its prompt in reverse order; with `tools` it calls the first one. */
export class Backwards extends WordModel {
  readonly sort = "continues";
  override readonly chats = true;
  override readonly tools = true;
  override readonly maxLength = 200;
  /** Delay between two words, in ms. */
  pace = 0;
  /** Error that it fails with after writing the given number of words. */
  dies: { readonly after: number; readonly of: Error } | null = null;
  /** Number of words written, including those that nobody read. */
  wrote = 0;
  asked: GenerationRequest | null = null;
  override write: ServedModel["write"] = async (o) => {
    this.asked = o;
    const { prompt } = o;
    const text =
      typeof prompt === "string"
        ? prompt
        : prompt instanceof Int32Array
          ? [...prompt].join(" ")
          : contentText(prompt.at(-1) ?? { content: "" });
    const { words, cut } = await this.working_(o.signal, () => this.read(text, 0, o));
    return Object.assign(this.bits(words, o), {
      promptTokens: words.length,
      cachedTokens: 1,
      cut,
    }) as unknown as TextGeneration;
  };

  private async *bits(words: readonly string[], o: GenerationRequest): AsyncGenerator<TextChunk, void, void> {
    this.working++;
    try {
      for (let choice = 0; choice < o.choices; choice++) {
        if (o.tools && o.toolChoice !== "none") yield* called(choice, o.tools[0]?.name ?? "", words);
        else yield* this.reversed(choice, words, o);
      }
    } finally {
      if (o.signal?.aborted === true) this.ended++;
      this.working--;
    }
  }
  private async *reversed(
    choice: number,
    words: readonly string[],
    o: GenerationRequest,
  ): AsyncGenerator<TextChunk, void, void> {
    if (o.maxTokens === 0) return yield { choice, text: "", tokens: [], ended: "length", ...promptOf(words, o) };
    const back = words.toReversed();
    for (const [i, word] of back.entries()) {
      if (this.dies && i >= this.dies.after) throw this.dies.of;
      if (this.pace > 0) await sleep(this.pace, undefined, { signal: o.signal });
      o.signal?.throwIfAborted();
      this.wrote++;
      const text = i === 0 ? word : ` ${word}`;
      const ended = o.stop.includes(word)
        ? "stop"
        : i + 1 === o.maxTokens
          ? "length"
          : i + 1 === back.length
            ? "end"
            : null;
      const likelihoods = o.logprobs === undefined ? {} : { likelihoods: [likely(text, o.logprobs)] };
      const prompt = i === 0 ? promptOf(words, o) : {};
      yield { choice, text: ended === "stop" ? "" : text, tokens: [idOf(word)], ended, ...likelihoods, ...prompt };
      if (ended !== null) return;
    }
    if (back.length === 0) yield { choice, text: "", tokens: [], ended: "end" };
  }
}
function* called(choice: number, name: string, words: readonly string[]): Generator<TextChunk, void, void> {
  const said = JSON.stringify({ text: words.join(" ") });
  const half = Math.floor(said.length / 2);
  const bit = { choice, text: "", tokens: [1], ended: null };
  yield { ...bit, calls: [{ index: 0, id: "call_1", name, arguments: "" }] };
  yield { ...bit, calls: [{ index: 0, arguments: said.slice(0, half) }] };
  yield { ...bit, calls: [{ index: 0, arguments: said.slice(half) }] };
  if (words.length > 3) yield { ...bit, calls: [{ index: 1, id: "call_2", name, arguments: "{}" }] };
  yield { ...bit, tokens: [], ended: "tools" };
}
/** Returns the log-probabilities of the start token and of the prompt's words. */
function promptOf(
  words: readonly string[],
  { promptLikelihoods: told, logprobs = 0 }: GenerationRequest,
): Pick<TextChunk, "prompt"> {
  if (told !== true) return {};
  const first = { ...likely("<s>", 0), logprob: null, top: null, special: true };
  const rest = words.map((word, i) => ({ ...likely(i === 0 ? word : ` ${word}`, logprobs), special: false }));
  return { prompt: [first, ...rest] };
}
function likely(text: string, top: number): NonNullable<TextChunk["likelihoods"]>[number] {
  const one = (said: string, logprob: number): TokenLikelihood => ({
    id: idOf(said),
    text: said,
    bytes: [...Buffer.from(said)],
    logprob,
  });
  return { ...one(text, -0.5), top: [one(text, -0.5), one("or", -1.5)].slice(0, top) };
}

/** The models by name, as given. */
export class WordModels implements ServedModelCollection {
  held = 0;
  unready: string | null = null;
  constructor(readonly all: readonly ServedModel[]) {}
  hold(name: string | null): ModelLease {
    const has = this.all.map((model) => model.name);
    const model = name === null && this.all.length === 1 ? this.all[0] : this.all.find((one) => one.name === name);
    if (!model) throw new CodedError("no-such-model", { name, has });
    if (this.unready !== null)
      throw new CodedError("model-opening", { name: model.name, why: this.unready, seconds: 3 });
    this.held++;
    return { model, release: () => void this.held-- };
  }
  list(): readonly ServedModel[] {
    return this.all;
  }
  ready(): Readiness {
    const [first] = this.all;
    if (this.unready === null || !first) return { ready: true };
    return { ready: false, why: this.unready, models: { [first.name]: this.unready } };
  }
}

export interface Served extends HttpServer {
  readonly models: WordModels;
  readonly lines: Readonly<Record<string, unknown>>[];
  /** Posts JSON, or a string unchanged. */
  post(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Response>;
  /** Returns the parsed response. */
  // oxlint-disable-next-line typescript/no-explicit-any
  json(path: string, body: unknown): Promise<any>;
}
/** Serves the models over HTTP on a free port. */
export async function served(
  models: readonly ServedModel[],
  o: Partial<Omit<HttpOptions, "limits">> & {
    readonly limits?: Partial<ServingLimits>;
    readonly wait?: HttpTimeouts;
  } = {},
): Promise<Served> {
  const all = new WordModels(models);
  const lines: Readonly<Record<string, unknown>>[] = [];
  const options: HttpOptions = {
    ...{ host: "127.0.0.1", port: 0, keys: [], tls: null, hosts: [], log: (line) => void lines.push(line) },
    ...o,
    limits: { ...DEFAULT_LIMITS, ...o.limits },
  };
  const http = await startHttpServer(all, options, o.wait);
  const post: Served["post"] = (path, body, headers = {}, signal) =>
    fetch(http.url + path, {
      ...{ method: "POST", ...(signal && { signal }) },
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const json: Served["json"] = async (path, body) => (await post(path, body)).json();
  return Object.assign(http, { models: all, lines, post, json });
}
