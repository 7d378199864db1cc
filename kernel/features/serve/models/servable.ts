/** A model as requests ask it, while what computes it comes and goes. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Asked } from "../../../data/encoding/encoded.js";
import type {
  Answered,
  Ask,
  Bit,
  Computing,
  EmbedAllAsk,
  EmbedAsk,
  Embedded,
  Limits,
  ModelLoad,
  ServedModel,
  TokenizeAsk,
  TokenVectors,
  WriteAsk,
  Writing,
} from "../contract.js";
import { Answering } from "./batched-predictor.js";
import { modelCannot, writesTexts } from "../model-types.js";
import type { Found, FoundFacts, OpenFound } from "./model-source.js";
import { retryAfter } from "./retry-after.js";
import { decoded, tokensOf } from "./tokens.js";

/** What a model that writes is asked first. */
const SHORT: WriteAsk = {
  prompt: "a",
  maxTokens: 2,
  stop: [],
  choices: 1,
  truncate: true,
  sampling: { temperature: 0 },
};
/** What a computation ends with whose process, or model, is gone: nothing that whoever asked did, or can do something about. */
const GONE: ReadonlySet<string> = new Set(["engine-died", "engine-closed", "writer-closed"]);
const OPENING = "it is being opened";
/** The reason that clients get while its engine or its process starts again. */
export const LOST = "what computes it has ended and is being started again";

export interface ServedOptions {
  readonly limits: Limits;
  /** Whether a graphics card computes it. */
  readonly card: () => boolean;
  readonly computing?: Computing;
}
/** How a model is lost. */
export interface Lost {
  /** What later requests are told: a clause. */
  readonly why: string;
  /** Ms until it is probably back; absent: soon. */
  readonly back?: number;
}

export class Served implements ServedModel {
  private body: OpenFound | null = null;
  private why = OPENING;
  /** Whether it ran once. */
  private warm = false;
  /** When it is probably back, by the clock of `performance`. */
  private due = 0;
  private answering: Answering | null = null;
  /** What writers before the present one wrote and read. */
  private readonly before = { batches: 0, tokensRead: 0, tokensWritten: 0, tokensCached: 0 };
  readonly sort: FoundFacts["sort"];
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly pairs: boolean;
  readonly ranks: boolean;
  maxLength: number;
  readonly root: string | null;
  readonly created: number;
  chats = false;
  tools = false;

  private constructor(
    readonly name: string,
    readonly found: Found,
  ) {
    const { facts, ways } = found;
    this.sort = facts.sort;
    this.labels = facts.labels;
    this.several = facts.several;
    this.pairs = ways.texts === null && facts.sort !== "answers";
    this.ranks = facts.sort === "number" && ways.pairs !== null;
    this.maxLength = facts.maxLength;
    this.root = facts.root;
    this.created = facts.created;
  }

  /** It can be asked once it has a body. */
  static async of(name: string, found: Found, o: ServedOptions): Promise<Served> {
    const served = new Served(name, found);
    const body = (): OpenFound => served.open;
    if (!writesTexts(served.sort)) served.answering = await Answering.of({ name, found, ...o, body });
    return served;
  }

  /** Whether it can be asked now; else why not. */
  get ready(): true | string {
    return this.body && this.warm ? true : this.why;
  }
  /** What requests are told while it can't be asked. */
  get notNow(): CodedError<"model-opening"> {
    const { name, why, due } = this;
    return new CodedError("model-opening", {
      name,
      why,
      seconds: due === 0 ? 1 : retryAfter(due - performance.now()),
    });
  }
  /** What computes it; null: nothing does now. */
  get opened(): OpenFound | null {
    return this.body;
  }

  /** What it is computed with from now on. Runs once by it, so that no request waits for what is made once. */
  async give(body: OpenFound): Promise<void> {
    this.body = body;
    const { writes } = body;
    if (writes) [this.chats, this.tools] = [writes.chats, writes.tools];
    if (writes && this.sort === "continues") this.maxLength = writes.room;
    await this.probe();
    if (this.body === body) this.warm = true;
  }
  /** Computes something little by what is open. */
  async probe(): Promise<void> {
    const { writes } = this.open;
    if (writes) await wholly(await writes.write(SHORT));
    await this.answering?.warm();
  }
  /** What computed it is gone: what is under way ends, and later requests are refused for the moment. */
  async lose({ why, back }: Lost): Promise<void> {
    const { body } = this;
    const load = body?.writes?.load();
    if (load) {
      this.before.batches += load.steps;
      this.before.tokensRead += load.tokensRead;
      this.before.tokensWritten += load.tokensWritten;
      this.before.tokensCached += load.tokensCached;
    }
    this.body = null;
    this.warm = false;
    this.why = why;
    this.due = back === undefined ? 0 : performance.now() + back;
    this.answering?.fail(this.notNow);
    // Where the process is gone there is nothing left to close.
    await body?.close().catch(() => undefined);
  }

  async predict(texts: readonly Asked[], o: Ask): Promise<readonly Answered[]> {
    if (!this.answering) throw modelCannot(this, "answers about texts");
    return this.told(this.answering.predict(texts, o));
  }
  async embed(texts: readonly string[], o: EmbedAsk): Promise<readonly Embedded[]> {
    if (!this.answering || this.sort !== "embeds") throw modelCannot(this, "vectors");
    return this.told(this.answering.embed(texts, o));
  }
  async embedAll(texts: readonly string[], o: EmbedAllAsk): Promise<readonly TokenVectors[] | null> {
    if (!this.answering || this.sort !== "embeds") throw modelCannot(this, "vectors");
    if (!this.found.inEngine) throw modelCannot(this, "vectors of tokens (its own runtime computes it)");
    return this.told(this.answering.embedAll(texts, o));
  }
  async write(o: WriteAsk): Promise<Writing> {
    if (!writesTexts(this.sort)) throw modelCannot(this, "texts");
    const { writes } = this.open;
    if (!writes) throw modelCannot(this, "texts");
    const writing = await this.told(writes.write(o));
    return {
      promptTokens: writing.promptTokens,
      get cachedTokens() {
        return writing.cachedTokens;
      },
      cut: writing.cut,
      [Symbol.asyncIterator]: () => this.bitsOf(writing),
    };
  }
  private bitsOf(writing: Writing): AsyncIterator<Bit> {
    const bits = writing[Symbol.asyncIterator]();
    const end = { done: true, value: undefined } as const;
    // No generator: one that was not begun would end without ending the writing.
    return {
      next: () => this.told(bits.next()),
      return: async () => (await bits.return?.()) ?? end,
    };
  }
  tokenize(texts: readonly string[], o: TokenizeAsk): ReturnType<ServedModel["tokenize"]> {
    return tokensOf(this.found.tokenizer, texts, o);
  }
  decode(ids: readonly Int32Array[], specials: boolean): Promise<readonly string[]> {
    return decoded(this.found.tokenizer, ids, specials);
  }

  load(): ModelLoad {
    const gathered = this.answering?.load();
    const written = this.body?.writes?.load();
    const { before } = this;
    return {
      waiting: gathered?.waiting ?? written?.waiting ?? 0,
      working: gathered?.working ?? written?.working ?? 0,
      batches: gathered?.batches ?? before.batches + (written?.steps ?? 0),
      tokensRead: this.answering?.tokensRead ?? before.tokensRead + (written?.tokensRead ?? 0),
      tokensWritten: before.tokensWritten + (written?.tokensWritten ?? 0),
      tokensCached: before.tokensCached + (written?.tokensCached ?? 0),
    };
  }

  close(): Promise<void> {
    return this.lose({ why: "it is closed" });
  }

  private get open(): OpenFound {
    if (!this.body) throw this.notNow;
    return this.body;
  }
  /** What it comes to, for whoever asked: why a process ended is told by the log alone. */
  private async told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.toldOf(error);
    }
  }
  private toldOf(error: unknown): unknown {
    if (!(error instanceof CodedError)) return error;
    const { code } = error;
    if (!GONE.has(code) && (code !== "runtime-failed" || this.body !== null)) return error;
    if (this.body === null) return this.notNow;
    // Its end is told in a moment.
    return new CodedError("model-opening", { name: this.name, why: LOST, seconds: 1 });
  }
}

async function wholly(text: Writing): Promise<void> {
  const bits = text[Symbol.asyncIterator]();
  while ((await bits.next()).done !== true);
}
