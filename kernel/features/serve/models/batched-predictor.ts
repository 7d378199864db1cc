/** A model that answers about texts: rows of all requests in common batches, answers in its task's words. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must, mustGet } from "#dsl/language/diagnostics/must.js";
import type { EmbeddingPrediction } from "#stdlib/tasks/sentence_similarity.run.js";
import { unit } from "#stdlib/tasks/shared/similarity-scores.js";
import type { Asked } from "../../../data/encoding/encoded.js";
import { askerOf, type Asker, type ReadTexts } from "../../../inference/predictor.js";
import { askTogether, statesTogether, type FedRow } from "../../../inference/fed-rows.js";
import { Gatherer, type GatherLoad } from "../../../inference/gathering/gatherer.js";
import type { Answered, Ask, Computing, EmbedAllAsk, EmbedAsk, Embedded, Limits, TokenVectors } from "../contract.js";
import type { Found, OpenFound } from "./model-source.js";
import { charactersFor, partOf } from "../../../inference/gathering/prefix-encoding.js";

/** Rows of a batch, and tokens that it takes: more are no faster on a processor, and others wait longer. */
const MOST = { rows: 32, tokens: 2048 } as const;
/** A card computes many rows as fast as few. */
const MOST_ON_CARD = { rows: 128, tokens: 32_768 } as const;

/** Rows of which what each token came to is told at once. */
const AT_ONCE = 8;

/** Characters of texts that are being read. */
const MOST_CHARACTERS = 32 * 2 ** 20;

/** `body`: what is open now. Coded error where nothing is: `model-opening`. */
export interface AnsweringOptions {
  readonly name: string;
  readonly found: Found;
  readonly limits: Pick<Limits, "gather" | "queue">;
  readonly body: () => OpenFound;
  /** Whether a graphics card computes it. */
  readonly card: () => boolean;
  readonly computing?: Computing;
}

export class Answering {
  private readonly gatherer: Gatherer<FedRow, Float32Array>;
  /** Of what each token came to. */
  private readonly states: Gatherer<FedRow, readonly Float32Array[]>;
  private readonly reading = { texts: 0, characters: 0 };
  tokensRead = 0;

  private constructor(
    private readonly o: AnsweringOptions,
    private readonly askers: { readonly texts: Asker | null; readonly pairs: Asker | null },
  ) {
    const { name, limits, found, computing } = o;
    const padId = found.tokenizer.padId;
    const common = {
      model: name,
      gather: limits.gather,
      queue: limits.queue,
      length: ({ ids }: FedRow) => ids.length,
      ...(computing && {
        begun(waits: readonly number[]) {
          computing.batch(name, waits.length);
          for (const ms of waits) computing.waited(name, ms / 1000);
        },
      }),
    };
    this.gatherer = new Gatherer({
      ...common,
      get most() {
        return o.card() ? MOST_ON_CARD : MOST;
      },
      run: (rows) => askTogether(o.body().session, rows, padId),
    });
    this.states = new Gatherer({
      ...common,
      most: { rows: AT_ONCE, tokens: MOST.tokens },
      run: (rows) => statesTogether(o.body().session, rows, padId),
    });
  }

  static async of(o: AnsweringOptions): Promise<Answering> {
    const { texts, pairs } = o.found.ways;
    const of = async (way: typeof texts): Promise<Asker | null> => way && askerOf(way, o.name);
    const first = await of(texts);
    return new Answering(o, { texts: first, pairs: pairs === texts ? first : await of(pairs) });
  }

  async predict(texts: readonly Asked[], o: Ask): Promise<readonly Answered[]> {
    if (texts.length === 0) return [];
    const read = await this.read(texts, o);
    const predictions = await read.answer(await this.say(read, o.signal));
    return read.counts.map(({ tokens, whole }, i) => ({
      prediction: { ...predictions[i]! },
      tokens,
      cut: whole > tokens,
    }));
  }

  async embed(texts: readonly string[], o: EmbedAsk): Promise<readonly Embedded[]> {
    if (texts.length === 0) return [];
    const read = await this.read(texts, o);
    const predictions = (await read.answer(await this.say(read, o.signal))) as readonly EmbeddingPrediction[];
    return read.counts.map(({ tokens, whole }, i) => {
      const { embedding } = predictions[i]!;
      return {
        vector: o.normalize === true ? Float32Array.from(unit(embedding)) : embedding,
        tokens,
        cut: whole > tokens,
      };
    });
  }

  /** Vectors of the tokens of each text, those around it among them. Null: all together have more than `most` numbers. */
  async embedAll(texts: readonly string[], o: EmbedAllAsk): Promise<readonly TokenVectors[] | null> {
    // As rows are made of them.
    const distinct = [...new Set(texts)];
    const read = await this.read(distinct, o);
    const rows = read.fed();
    const known = new Map<string, TokenVectors>();
    const times = new Map<string, number>();
    for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
    let numbers = 0;
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      this.o.body();
      const said = await this.states.ask(rows.slice(at, at + AT_ONCE), o.signal);
      for (const [i, vectors] of said.entries()) {
        const text = must(distinct[at + i], "a text that was read");
        const { tokens, whole } = must(read.counts[at + i], "its tokens");
        numbers += vectors.length * (vectors[0]?.length ?? 0) * (times.get(text) ?? 1);
        if (numbers > o.most) return null;
        this.tokensRead += vectors.length;
        known.set(text, { vectors, tokens, cut: whole > tokens });
      }
    }
    return texts.map((text) => mustGet(known, text, "vectors of"));
  }

  /** One run of each way that it is asked, so that no request waits for what is made once. */
  async warm(): Promise<void> {
    const { texts, pairs } = this.askers;
    if (texts) await this.say(await texts.read(["a"]), undefined);
    if (pairs && pairs !== texts) await this.say(await pairs.read([["a", "a"]]), undefined);
  }

  fail(error: unknown): void {
    this.gatherer.fail(error);
    this.states.fail(error);
  }
  load(): GatherLoad {
    const [one, other] = [this.gatherer.load(), this.states.load()];
    return {
      waiting: one.waiting + other.waiting,
      working: one.working + other.working,
      batches: one.batches + other.batches,
    };
  }

  private async read(texts: readonly Asked[], { truncate, signal }: Ask): Promise<ReadTexts> {
    const { name, found } = this.o;
    const pairs = texts.every((text) => typeof text !== "string");
    const asker = (pairs ? this.askers.pairs : this.askers.texts) ?? this.askers.texts ?? this.askers.pairs;
    if (!asker) throw new CodedError("internal", { what: `${name} reads nothing` });
    const near = found.facts.sort === "answers" ? this.nearEnough(texts, truncate) : { texts, cut: new Set<number>() };
    const leave = this.enter(near.texts);
    const all = await asker.read(near.texts, { signal }).finally(leave);
    const counts = all.counts.map((one, i) => (near.cut.has(i) ? { ...one, whole: one.whole + 1 } : one));
    const read = { ...all, counts };
    const long = truncate ? -1 : read.counts.findIndex(({ tokens, whole }) => whole > tokens);
    const tokens = read.counts[long]?.whole;
    if (tokens === undefined) return read;
    const most = found.facts.maxLength;
    const orMore = charactersOf(texts[long]!) > charactersFor(most);
    throw new CodedError("text-too-long", {
      model: name,
      at: long + 1,
      tokens,
      most,
      ...(orMore && { orMore }),
    });
  }

  /** Contexts of which more windows would be asked than may wait are cut, or refused, before they are read. */
  private nearEnough(texts: readonly Asked[], truncate: boolean) {
    const { name: model, found, limits } = this.o;
    const { maxLength } = found.facts;
    const most = limits.queue * maxLength;
    const characters = charactersFor(most);
    const cut = new Set<number>();
    const near = texts.map((text, i): Asked => {
      if (typeof text === "string" || text[1].length <= characters) return text;
      if (!truncate) throw new CodedError("text-too-long", { model, at: i + 1, tokens: most, most, orMore: true });
      cut.add(i);
      return [text[0], partOf(text[1], characters, "start")];
    });
    return { texts: near, cut };
  }

  /** Texts and characters whose tokens aren't known yet; coded error `queue-full` where there are too many. Returns what ends it. */
  private enter(texts: readonly Asked[]): () => void {
    const { reading, o } = this;
    const model = o.name;
    // As many as may wait and run once they are read.
    const most = o.limits.queue + 2 * MOST.rows;
    if (reading.texts > 0 && reading.texts + texts.length > most)
      throw new CodedError("queue-full", { model, waiting: reading.texts, most });
    const characters = texts.reduce((sum, text) => sum + charactersOf(text), 0);
    if (reading.characters > 0 && reading.characters + characters > MOST_CHARACTERS)
      throw new CodedError("queue-full", {
        model,
        waiting: reading.characters,
        most: MOST_CHARACTERS,
        of: "characters",
      });
    reading.texts += texts.length;
    reading.characters += characters;
    return () => {
      reading.texts -= texts.length;
      reading.characters -= characters;
    };
  }

  private async say(read: ReadTexts, signal: AbortSignal | undefined): Promise<readonly Float32Array[]> {
    this.o.body();
    const { alwaysTypes } = this.o.found.ways;
    const rows = read
      .fed()
      .map((row) => (alwaysTypes && !row.types ? { ...row, types: new Int32Array(row.ids.length) } : row));
    const said = await this.gatherer.ask(rows, signal);
    for (const { ids } of rows) this.tokensRead += ids.length;
    return said;
  }
}

function charactersOf(text: Asked): number {
  return typeof text === "string" ? text.length : text[0].length + text[1].length;
}
