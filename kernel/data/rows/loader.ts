/**
 * What each update of a training is fed: which rows, in which batches, and their arrays. It follows from the rows, the
 * settings and the seed alone, so any step can be made at any time: a resumed run is fed what it would have been fed.
 * An update takes `accumulate` batches in a row of an epoch; the last one of an epoch takes what is left.
 */
import { lastOf, must } from "#dsl/language/diagnostics/must.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { dropoutDraws } from "#dsl/tensor/numbers/random.js";
import type { TaughtRows } from "#stdlib/tasks/kind.js";
import { float32Array, int32Array } from "#stdlib/tasks/shared/feeds.js";
import { exampleWeights } from "#stdlib/tasks/shared/row-weights.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { collateBatch, epochBatches } from "./batches.js";
import { collateNextTokens, collatePackedRows, type TrainedTokens } from "../sequences/next-token.js";
import { packRows } from "../sequences/packing.js";
import {
  replayRowWeights,
  cachedOutputFeeds,
  addReplayedRows,
  type ReplayedRowWeights,
  type CachedOutputs,
} from "./cached-outputs.js";
import type { TokenRows } from "../sequences/token-rows.js";

/** Rows that a model is fed with. */
export interface ModelInputRows {
  readonly ids: TokenRows;
  /** Tokens that each row feeds (of windows `ids` has one more: the last label). */
  readonly lengths: Int32Array;
  /** Of pairs of texts where the model tells them apart: the segment of each token. */
  readonly types?: TokenRows;
  /** What the rows teach; null: they are windows or conversations, of which next tokens are learnt. */
  readonly taught: TaughtRows | null;
  /** Of conversations: which tokens are learnt; absent: all. */
  readonly trained?: TrainedTokens;
  /** Of rows of several texts: tokens of the target, or of all texts but the first. */
  readonly written?: Int32Array;
  /** What each row counts in a training; absent: all alike. */
  readonly weights?: Float32Array;
}
/** What draws kept rows is of its own: the order of the others stays as it is without them. */
const KEPT = 44;

export interface DataLoaderOptions {
  readonly batchSize: number;
  readonly accumulate: number;
  /** Tokens of a packed row; null: one text a row. */
  readonly packed: number | null;
  readonly shuffle: "by_length" | "random" | "none";
  readonly seed: number;
  readonly padId: number;
  /** Whether rows count by their weights (`each` is fed): in trainings alone. */
  readonly weighed?: boolean;
  /** Kept rows that stand beside each batch of the others; absent: all rows are alike. */
  readonly beside?: ReplayedRowWeights;
}
/** One batch of an update. */
export interface UpdatePart {
  readonly feeds: Readonly<Record<string, NDArray>>;
  /** Real tokens. */
  readonly tokens: number;
  /** What its loss is the mean of: rows, or trained tokens. */
  readonly counts: number;
  /** Which rows of the data they are; absent: several share one. */
  readonly rows?: Uint32Array;
}
export interface TrainingUpdate {
  /** From 0. */
  readonly epoch: number;
  readonly parts: number;
  /** Real tokens of all parts. */
  readonly tokens: number;
  /** What counts in all parts. */
  readonly counts: number;
  /** Builds the arrays of a part. */
  part(index: number): UpdatePart;
  /** The program of a part; absent: of each the same. */
  programOf?(index: number): string;
  /** Of updates whose parts, however many or few, are summed before they are applied: what that is fed beside rate and step. */
  apply?(): Readonly<Record<string, NDArray>>;
}

/** One of several that share the rows of each batch. */
export interface RankShare {
  /** From 0; null: none of the rows are its own. */
  readonly rank: number | null;
  readonly rankCount: number;
  /** Whether its update is of its own rows alone: what counts is what they do. */
  readonly apart: boolean;
}

/** The rows of a batch; of each row its texts where several share one. */
type Batch = Uint32Array | readonly Uint32Array[];

/** A batch of an update, or what one has of it. */
interface Placed {
  readonly batch: Batch;
  /** Of its first row among those of the whole update. */
  readonly place: number;
}

function placed(batches: readonly Batch[]): Placed[] {
  let place = 0;
  return batches.map((batch) => {
    const own = { batch, place };
    place += batch.length;
    return own;
  });
}

/** Rows in a row of the batch: as many as others have, or one less; none where there are fewer rows than there are that share them. */
function shareOf({ batch, place }: Placed, { rank, rankCount }: RankShare): Placed {
  if (rank === null) return { batch: batch.slice(0, 0), place };
  const from = (one: number): number => Math.floor((one * batch.length) / rankCount);
  return { batch: batch.slice(from(rank), from(rank + 1)), place: place + from(rank) };
}

const rowsOf = (batch: Batch): Pick<UpdatePart, "rows"> => (batch instanceof Uint32Array ? { rows: batch } : {});

function sumOf(batch: Batch, values: Int32Array): number {
  const texts = batch instanceof Uint32Array ? [batch] : batch;
  return texts.reduce((sum, row) => row.reduce((total, text) => total + values[text]!, sum), 0);
}

export class DataLoader {
  /** Batches of the epochs used last. */
  private readonly epochs = new Map<number, readonly Batch[]>();
  /** Updates of all epochs before each, as far as counted. */
  private readonly before: number[] = [0];
  private cached: readonly CachedOutputs[] = [];
  private shares: string | null = null;

  constructor(
    private readonly rows: ModelInputRows,
    private readonly options: DataLoaderOptions,
  ) {}

  /** Feeds the rows with outputs that were cached; called before the first update. */
  addCachedOutputs(outputs: readonly CachedOutputs[]): void {
    this.cached = outputs;
  }

  /** Said before the first update: each row of it is fed 1 by their number, under that name. */
  share(name: string): void {
    this.shares = name;
  }

  /** Updates in an epoch (from 0). Only packed ones differ between epochs, by little. */
  updates(epoch: number): number {
    if (this.options.packed === null) return this.updatesIn(Math.ceil(this.own / this.options.batchSize));
    return this.updatesIn(this.batches(epoch).length);
  }

  /** Updates of that many epochs, at least one. */
  total(epochs: number): number {
    const whole = Math.floor(epochs + 1e-9);
    const rest = Math.max(0, epochs - whole);
    return Math.max(1, Math.round(this.updatesBefore(whole) + (rest > 1e-9 ? rest * this.updates(whole) : 0)));
  }

  /** How many epochs are done after `step` updates. */
  epochsDone(step: number): number {
    const epoch = this.epochOf(step + 1);
    return epoch + (step - this.updatesBefore(epoch)) / this.updates(epoch);
  }

  /**
   * The update of step `step` (from 1). `one`: of one that shares it with others: its parts have its own rows alone (there may
   * be none), and epoch and tokens are the whole update's.
   */
  update(step: number, one?: RankShare): TrainingUpdate {
    const epoch = this.epochOf(step);
    const first = (step - 1 - this.updatesBefore(epoch)) * this.options.accumulate;
    const all = this.batches(epoch).slice(first, first + this.options.accumulate);
    const rankBatches = one ? placed(all).map((each) => shareOf(each, one)) : placed(all);
    const parts = rankBatches.filter(({ batch }) => batch.length > 0);
    const batches = parts.map(({ batch }) => batch);
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const sizes = (of: readonly Batch[]) => of.map((batch) => this.tokensIn(batch));
    const countsOf = (of: readonly Batch[], tokensOf: readonly number[]) =>
      of.map((batch, i) => this.countsIn(batch, epoch, tokensOf[i]!));
    const tokens = sizes(batches);
    const counts = countsOf(batches, tokens);
    const together = one ? sizes(all) : tokens;
    const more = this.more(all, epoch);
    return {
      epoch,
      parts: parts.length,
      tokens: sum(together),
      // Where rows stand beside others, `each` says what all of them count.
      counts: this.options.beside ? 1 : sum(one && !one.apart ? countsOf(all, together) : counts),
      part: (i) => ({
        feeds: { ...this.learnt(parts[i]!, epoch, step), ...more(batches[i]!) },
        tokens: tokens[i]!,
        counts: counts[i]!,
        ...rowsOf(batches[i]!),
      }),
    };
  }

  /** A batch of rows that somebody else drew for step `step` of an epoch. `place`: of its first row among those of the update. */
  drawn(
    batch: Uint32Array,
    { epoch, step, place }: { readonly epoch: number; readonly step: number; place: number },
  ): UpdatePart {
    const tokens = this.tokensIn(batch);
    const feeds = this.learnt({ batch, place }, epoch, step);
    return { feeds, tokens, counts: this.countsIn(batch, epoch, tokens), rows: batch };
  }

  /** Losses that a row has in the batches of an epoch: one, or of each place at which it teaches. */
  losses(row: number, epoch: number): number {
    const { trained, taught, lengths } = this.rows;
    if (trained) return trained.counts[row]!;
    if (!taught) return lengths[row]!;
    return taught.places?.(row, { seed: this.options.seed, epoch }) ?? 1;
  }

  /** Tokens of a row. */
  lengthOf(row: number): number {
    const { lengths, written } = this.rows;
    return lengths[row]! + (written?.[row] ?? 0);
  }

  /** All batches of the first epoch one after the other, for scores. */
  *pass(): Generator<UpdatePart> {
    for (const batch of this.batches(0)) {
      const tokens = this.tokensIn(batch);
      yield { feeds: this.collate(batch, 0), tokens, counts: this.countsIn(batch, 0, tokens) };
    }
  }

  /** Rows of an epoch: all but those that stand beside its batches. */
  private get own(): number {
    return this.options.beside?.from ?? this.rows.lengths.length;
  }

  /** What a part of the update of `all` is fed beside its rows and what these teach. */
  private more(all: readonly Batch[], epoch: number): (batch: Batch) => Readonly<Record<string, NDArray>> {
    const { beside } = this.options;
    const rows = all.filter((batch) => batch instanceof Uint32Array);
    const shared = this.shared(all);
    if (rows.length < all.length || (!beside && this.cached.length === 0)) return shared;
    const cached = cachedOutputFeeds(this.cached, rows);
    const countWhere = (some: (row: number) => boolean): number =>
      rows.reduce((sum, batch) => sum + this.countsIn(batch.filter(some), epoch, 0), 0);
    const counts = beside && {
      fresh: countWhere((row) => row < beside.from),
      replayed: countWhere((row) => row >= beside.from),
    };
    return (batch) =>
      batch instanceof Uint32Array
        ? {
            ...cached(batch),
            ...shared(batch),
            ...(beside && counts && { each: replayRowWeights(beside, batch, counts, this.rows.weights) }),
          }
        : {};
  }

  private shared(all: readonly Batch[]): (batch: Batch) => Readonly<Record<string, NDArray>> {
    const { shares } = this;
    if (shares === null) return () => ({});
    const total = all.reduce((sum, batch) => sum + batch.length, 0);
    return (batch) => ({ [shares]: float32Array(new Float32Array(batch.length).fill(1 / total), [batch.length]) });
  }

  /** With what dropout is drawn by. */
  private learnt({ batch, place }: Placed, epoch: number, step: number): Record<string, NDArray> {
    const feeds = this.collate(batch, epoch);
    const [texts = 0] = must(feeds["input_ids"], "input_ids").shape;
    return { ...feeds, draws: int32Array(dropoutDraws(step, place, batch.length, texts), [texts]) };
  }

  private collate(batch: Batch, epoch: number): Record<string, NDArray> {
    const { ids, taught, trained, types } = this.rows;
    const weights = this.options.weighed ? this.rows.weights : undefined;
    if (!(batch instanceof Uint32Array))
      return collatePackedRows(ids, batch, { padId: this.options.padId, trained, weights });
    if (!taught) return collateNextTokens(ids, batch, { padId: this.options.padId, trained, weights });
    const fed = collateBatch(ids, taught.texts?.(batch) ?? batch, this.options.padId, { types });
    const { bytes, shape } = must(fed["input_ids"], "input_ids");
    const tokenIds = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const settings = { seed: this.options.seed, epoch };
    const feeds = taught.feeds({ rows: batch, width: shape[1]!, ...settings }, tokenIds);
    if (!weights) return { ...fed, ...feeds };
    const { places } = taught;
    const each = exampleWeights(
      weights,
      batch,
      must(feeds["labels"], "labels").shape[0]!,
      places && ((row) => places(row, settings)),
    );
    return { ...fed, ...feeds, each };
  }

  private countsIn(batch: Batch, epoch: number, tokens: number): number {
    const { taught, trained, weights } = this.rows;
    if (this.options.weighed && weights) return this.weighedIn(batch, epoch, weights);
    if (trained) return sumOf(batch, trained.counts);
    return taught && batch instanceof Uint32Array
      ? taught.counts({ rows: batch, seed: this.options.seed, epoch })
      : tokens;
  }

  /** Rows count by themselves what they count together. */
  private weighedIn(batch: Batch, epoch: number, weights: Float32Array): number {
    const { taught, trained, lengths } = this.rows;
    const tokenCount = (row: number): number => {
      if (trained) return trained.counts[row]!;
      return taught ? taught.counts({ rows: [row], seed: this.options.seed, epoch }) : lengths[row]!;
    };
    const texts = batch instanceof Uint32Array ? [batch] : batch;
    return texts.reduce((all, rows) => rows.reduce((sum, row) => sum + weights[row]! * tokenCount(row), all), 0);
  }

  private tokensIn(batch: Batch): number {
    const { lengths, written } = this.rows;
    return sumOf(batch, lengths) + (written ? sumOf(batch, written) : 0);
  }

  private batches(epoch: number): readonly Batch[] {
    const known = this.epochs.get(epoch);
    if (known) return known;
    const { batchSize, packed, seed } = this.options;
    let made: readonly Batch[];
    const { lengths, written } = this.rows;
    const settings = { batchSize, shuffle: this.options.shuffle, seed, epoch, ...(written && { also: written }) };
    if (packed === null) made = this.withKept(epochBatches(lengths.subarray(0, this.own), settings), epoch);
    else {
      const rows = packRows(this.rows.lengths, {
        capacity: packed,
        shuffle: this.options.shuffle !== "none",
        seed,
        epoch,
      });
      made = Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, i) =>
        rows.slice(i * batchSize, (i + 1) * batchSize),
      );
    }
    // The one that ends and the one that begins are both in use while the next step is made ahead.
    for (const oldest of this.epochs.keys()) if (this.epochs.size >= 2) this.epochs.delete(oldest);
    this.epochs.set(epoch, made);
    return made;
  }

  private withKept(batches: readonly Uint32Array[], epoch: number): readonly Uint32Array[] {
    const all = this.rows.lengths.length;
    if (this.own === all) return batches;
    const random = seededRandom(this.options.seed, epoch, KEPT);
    return batches.map((batch) => addReplayedRows(batch, { from: this.own, all }, random));
  }

  private updatesIn(batches: number): number {
    return Math.max(1, Math.ceil(batches / this.options.accumulate));
  }

  private updatesBefore(epoch: number): number {
    if (this.options.packed === null) return epoch * this.updates(0);
    for (let e = this.before.length - 1; e < epoch; e++) this.before.push(this.before[e]! + this.updates(e));
    return this.before[epoch]!;
  }

  private epochOf(step: number): number {
    if (this.options.packed === null) return Math.floor((step - 1) / this.updates(0));
    while (lastOf(this.before) < step) this.updatesBefore(this.before.length);
    let [low, high] = [0, this.before.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.before[middle]! < step) low = middle;
      else high = middle;
    }
    return low;
  }
}
