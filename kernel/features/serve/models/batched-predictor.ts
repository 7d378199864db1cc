/** A model that predicts for texts: rows of all requests share batches; predictions are in its task's terms. */
import { CodedError, mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { EmbeddingPrediction } from "#stdlib/tasks/sentence_similarity.run.js";
import { unitVector } from "#stdlib/tasks/shared/similarity-scores.js";
import type { PredictionInput } from "../../../data/encoding/encoded.js";
import { predictorOf, type Predictor, type EncodedInputTexts } from "../../../inference/predictor.js";
import { computeLogits, computeTokenStates, type ModelInputRow } from "../../../inference/fed-rows.js";
import { RequestBatcher, type RequestBatcherLoad } from "../../../inference/gathering/gatherer.js";
import type {
  PredictionForText,
  GenerationRequestOptions,
  ComputeListener,
  TokenVectorsRequest,
  EmbedRequest,
  TextEmbedding,
  ServingLimits,
  TokenVectors,
} from "../contract.js";
import type { ModelSource, OpenModelSource } from "./model-source.js";
import { charactersForTokens, cutTextPart } from "../../../inference/gathering/prefix-encoding.js";

/** Maximum rows and tokens of a batch: larger ones are no faster on a CPU, and make others wait. */
const MOST = { rows: 32, tokens: 2048 } as const;
/** A GPU computes many rows as fast as few. */
const MOST_ON_CARD = { rows: 128, tokens: 32_768 } as const;

/** Maximum rows per batch of token vectors. */
const AT_ONCE = 8;

/** Maximum characters of texts being tokenized. */
const MOST_CHARACTERS = 32 * 2 ** 20;

/** `body`: returns the open model, or throws the coded error `model-opening`. */
export interface BatchedPredictorOptions {
  readonly name: string;
  readonly found: ModelSource;
  readonly limits: Pick<ServingLimits, "gather" | "queue">;
  readonly body: () => OpenModelSource;
  readonly card: () => boolean;
  readonly computing?: ComputeListener;
}

export class BatchedPredictor {
  private readonly gatherer: RequestBatcher<ModelInputRow, Float32Array>;
  /** Batches requests for token vectors. */
  private readonly states: RequestBatcher<ModelInputRow, readonly Float32Array[]>;
  private readonly reading = { texts: 0, characters: 0 };
  tokensRead = 0;

  private constructor(
    private readonly options: BatchedPredictorOptions,
    private readonly askers: { readonly texts: Predictor | null; readonly pairs: Predictor | null },
  ) {
    const { name, limits, found, computing } = options;
    const padId = found.tokenizer.padId;
    const common = {
      model: name,
      gather: limits.gather,
      queue: limits.queue,
      length: ({ ids }: ModelInputRow) => ids.length,
      ...(computing && {
        begun(waits: readonly number[]) {
          computing.batch(name, waits.length);
          for (const ms of waits) computing.waited(name, ms / 1000);
        },
      }),
    };
    this.gatherer = new RequestBatcher({
      ...common,
      get most() {
        return options.card() ? MOST_ON_CARD : MOST;
      },
      run: (rows) => computeLogits(options.body().session, rows, padId),
    });
    this.states = new RequestBatcher({
      ...common,
      most: { rows: AT_ONCE, tokens: MOST.tokens },
      run: (rows) => computeTokenStates(options.body().session, rows, padId),
    });
  }

  static async open(settings: BatchedPredictorOptions): Promise<BatchedPredictor> {
    const { texts, pairs } = settings.found.ways;
    const of = async (way: typeof texts): Promise<Predictor | null> => way && predictorOf(way, settings.name);
    const first = await of(texts);
    return new BatchedPredictor(settings, { texts: first, pairs: pairs === texts ? first : await of(pairs) });
  }

  async predict(
    texts: readonly PredictionInput[],
    settings: GenerationRequestOptions,
  ): Promise<readonly PredictionForText[]> {
    if (texts.length === 0) return [];
    const read = await this.read(texts, settings);
    const predictions = await read.answer(await this.say(read, settings.signal));
    return read.counts.map(({ tokens, whole }, i) => ({
      prediction: { ...predictions[i]! },
      tokens,
      cut: whole > tokens,
    }));
  }

  async embed(texts: readonly string[], settings: EmbedRequest): Promise<readonly TextEmbedding[]> {
    if (texts.length === 0) return [];
    const read = await this.read(texts, settings);
    const predictions = (await read.answer(await this.say(read, settings.signal))) as readonly EmbeddingPrediction[];
    return read.counts.map(({ tokens, whole }, i) => {
      const { embedding } = predictions[i]!;
      return {
        vector: settings.normalize === true ? Float32Array.from(unitVector(embedding)) : embedding,
        tokens,
        cut: whole > tokens,
      };
    });
  }

  /** The contextual token vectors of each text. Null if all together have more than `most` numbers. */
  async embedAll(texts: readonly string[], settings: TokenVectorsRequest): Promise<readonly TokenVectors[] | null> {
    // Encodes each distinct text once.
    const distinct = [...new Set(texts)];
    const read = await this.read(distinct, settings);
    const rows = read.fed();
    const known = new Map<string, TokenVectors>();
    const times = new Map<string, number>();
    for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
    let numbers = 0;
    for (let offset = 0; offset < rows.length; offset += AT_ONCE) {
      this.options.body();
      const outputs = await this.states.ask(rows.slice(offset, offset + AT_ONCE), settings.signal);
      for (const [i, vectors] of outputs.entries()) {
        const text = mustExist(distinct[offset + i], "a text that was read");
        const { tokens, whole } = mustExist(read.counts[offset + i], "its tokens");
        numbers += vectors.length * (vectors[0]?.length ?? 0) * (times.get(text) ?? 1);
        if (numbers > settings.most) return null;
        this.tokensRead += vectors.length;
        known.set(text, { vectors, tokens, cut: whole > tokens });
      }
    }
    return texts.map((text) => mustGet(known, text, "vectors of"));
  }

  /** Runs each kind of request once, so that no request waits for compilation. */
  async warm(): Promise<void> {
    const { texts, pairs } = this.askers;
    if (texts) await this.say(await texts.read(["a"]), undefined);
    if (pairs && pairs !== texts) await this.say(await pairs.read([["a", "a"]]), undefined);
  }

  fail(error: unknown): void {
    this.gatherer.fail(error);
    this.states.fail(error);
  }
  load(): RequestBatcherLoad {
    const [one, other] = [this.gatherer.load(), this.states.load()];
    return {
      waiting: one.waiting + other.waiting,
      working: one.working + other.working,
      batches: one.batches + other.batches,
    };
  }

  private async read(
    texts: readonly PredictionInput[],
    { truncate, signal }: GenerationRequestOptions,
  ): Promise<EncodedInputTexts> {
    const { name, found } = this.options;
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
    const orMore = charactersOf(texts[long]!) > charactersForTokens(most);
    throw new CodedError("text-too-long", {
      model: name,
      at: long + 1,
      tokens,
      most,
      ...(orMore && { orMore }),
    });
  }

  /** Truncates, or rejects, contexts with more windows than the queue can take, before they are tokenized. */
  private nearEnough(texts: readonly PredictionInput[], truncate: boolean) {
    const { name: model, found, limits } = this.options;
    const { maxLength } = found.facts;
    const most = limits.queue * maxLength;
    const characters = charactersForTokens(most);
    const cut = new Set<number>();
    const near = texts.map((text, i): PredictionInput => {
      if (typeof text === "string" || text[1].length <= characters) return text;
      if (!truncate) throw new CodedError("text-too-long", { model, at: i + 1, tokens: most, most, orMore: true });
      cut.add(i);
      return [text[0], cutTextPart(text[1], characters, "start")];
    });
    return { texts: near, cut };
  }

  /**
   * Reserves space for untokenized texts and characters; coded error `queue-full` if there are too many. Returns the
   * release.
   */
  private enter(texts: readonly PredictionInput[]): () => void {
    const { reading, options: settings } = this;
    const model = settings.name;
    // As many as can wait and run after tokenization.
    const most = settings.limits.queue + 2 * MOST.rows;
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

  private async say(read: EncodedInputTexts, signal: AbortSignal | undefined): Promise<readonly Float32Array[]> {
    this.options.body();
    const { alwaysTypes } = this.options.found.ways;
    const rows = read
      .fed()
      .map((row) => (alwaysTypes && !row.types ? { ...row, types: new Int32Array(row.ids.length) } : row));
    const outputs = await this.gatherer.ask(rows, signal);
    for (const { ids } of rows) this.tokensRead += ids.length;
    return outputs;
  }
}

function charactersOf(text: PredictionInput): number {
  return typeof text === "string" ? text.length : text[0].length + text[1].length;
}
