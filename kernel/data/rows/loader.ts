/**
 * Makes the feeds of each training update: its rows, their batches and arrays. They depend only on the rows, the
 * settings and the seed. So any step can be computed at any time, and a resumed run gets the same feeds. An update
 * takes `accumulate` consecutive batches of an epoch; the last update of an epoch takes the rest.
 */
import { lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { dropoutStepsByText } from "#dsl/tensor/numbers/random.js";
import type { TrainingTargets } from "#stdlib/tasks/kind.js";
import { float32NDArray, int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { rowWeightInput } from "#stdlib/tasks/shared/row-weights.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { collateBatch, epochBatches } from "./batches.js";
import { collateNextTokens, collatePackedRows, type TrainedTokenMasks } from "../sequences/next-token.js";
import { packRows } from "../sequences/packing.js";
import {
  replayRowWeightsFeed,
  cachedOutputFeeds,
  addReplayedRows,
  type ReplayedRowWeights,
  type CachedOutputs,
} from "./cached-outputs.js";
import type { TokenRows } from "../sequences/token-rows.js";

export interface ModelInputRows {
  readonly ids: TokenRows;
  /** Number of tokens fed per row (in windows `ids` has one more, the last label). */
  readonly lengths: Int32Array;
  /** Segment of each token, for pairs of texts if the model distinguishes them. */
  readonly types?: TokenRows;
  /** Targets of the rows; null: windows or conversations, which train next tokens. */
  readonly taught: TrainingTargets | null;
  /** Trained tokens of conversations. Absent: all tokens are trained. */
  readonly trained?: TrainedTokenMasks;
  /** For rows of several texts: tokens of the target, or of all texts except the first. */
  readonly written?: Int32Array;
  /** Loss weight of each row. Absent: equal weights. */
  readonly weights?: Float32Array;
}
/** Seed of the replayed rows, so that they don't change the order of the other rows. */
const KEPT = 44;

export interface DataLoaderOptions {
  readonly batchSize: number;
  readonly accumulate: number;
  /** Tokens of a packed row; null: one text per row. */
  readonly packed: number | null;
  readonly shuffle: "by_length" | "random" | "none";
  readonly seed: number;
  readonly padId: number;
  /** Whether rows are weighted (`each` is fed); only in trainings. */
  readonly weighed?: boolean;
  /** Weights of the replayed rows appended to each batch. Absent: nothing is replayed. */
  readonly beside?: ReplayedRowWeights;
}
/** One batch of an update. */
export interface TrainingUpdateBatch {
  readonly feeds: Readonly<Record<string, NDArray>>;
  /** Number of tokens without padding. */
  readonly tokens: number;
  /** Denominator of the mean loss: number of rows, or of trained tokens. */
  readonly counts: number;
  /** Row indices in the data. Absent if several texts share a row. */
  readonly rows?: Uint32Array;
}
export interface TrainingUpdate {
  /** From 0. */
  readonly epoch: number;
  readonly parts: number;
  /** Tokens of all parts, without padding. */
  readonly tokens: number;
  /** Denominator of the mean loss over all parts. */
  readonly counts: number;
  /** Builds the arrays of a part. */
  part(index: number): TrainingUpdateBatch;
  /** Returns the program of a part. Absent: all parts use the same. */
  programOf?(index: number): string;
  /**
   * For updates that sum any number of parts before applying them: returns the feeds of that program, except rate and
   * step.
   */
  apply?(): Readonly<Record<string, NDArray>>;
}

/** One rank of a process group that shares the rows of each batch. */
export interface RankShare {
  /** From 0; null: no rows are assigned to this process. */
  readonly rank: number | null;
  readonly rankCount: number;
  /** Whether this rank makes its own update from its own rows, so that `counts` covers these alone. */
  readonly apart: boolean;
}

/** The rows of a batch; for packed rows, the texts of each row. */
type Batch = Uint32Array | readonly Uint32Array[];

/** A batch of an update, or a rank's share of it. */
interface Placed {
  readonly batch: Batch;
  /** Index of its first row within the update. */
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

/**
 * Returns consecutive rows of the batch for a rank. Shares differ by at most one row, and may be empty if rows are
 * fewer than ranks.
 */
function shareOf({ batch, place }: Placed, { rank, rankCount }: RankShare): Placed {
  if (rank === null) return { batch: batch.slice(0, 0), place };
  const from = (one: number): number => Math.floor((one * batch.length) / rankCount);
  return { batch: batch.slice(from(rank), from(rank + 1)), place: place + from(rank) };
}

const rowsOf = (batch: Batch): Pick<TrainingUpdateBatch, "rows"> =>
  batch instanceof Uint32Array ? { rows: batch } : {};

function sumOf(batch: Batch, values: Int32Array): number {
  const texts = batch instanceof Uint32Array ? [batch] : batch;
  return texts.reduce((sum, row) => row.reduce((total, text) => total + values[text]!, sum), 0);
}

export class DataLoader {
  /** Batches of the most recently used epochs. */
  private readonly epochs = new Map<number, readonly Batch[]>();
  private readonly before: number[] = [0];
  private cached: readonly CachedOutputs[] = [];
  private shares: string | null = null;

  constructor(
    private readonly rows: ModelInputRows,
    private readonly options: DataLoaderOptions,
  ) {}

  /** Adds cached outputs to the feeds; must be called before the first update. */
  addCachedOutputs(outputs: readonly CachedOutputs[]): void {
    this.cached = outputs;
  }

  /** Must be called before the first update: feeds each row with 1 / (rows of the update), under this name. */
  share(name: string): void {
    this.shares = name;
  }

  /** Returns the number of updates in an epoch (from 0). It varies slightly between epochs with packing only. */
  updates(epoch: number): number {
    if (this.options.packed === null) return this.updatesIn(Math.ceil(this.own / this.options.batchSize));
    return this.updatesIn(this.batches(epoch).length);
  }

  /** Returns the number of updates in `epochs` epochs, at least one. */
  total(epochs: number): number {
    const whole = Math.floor(epochs + 1e-9);
    const rest = Math.max(0, epochs - whole);
    return Math.max(1, Math.round(this.updatesBefore(whole) + (rest > 1e-9 ? rest * this.updates(whole) : 0)));
  }

  epochsDone(step: number): number {
    const epoch = this.epochOf(step + 1);
    return epoch + (step - this.updatesBefore(epoch)) / this.updates(epoch);
  }

  /**
   * Returns the update of step `step` (from 1). With `one`, the parts contain only that rank's rows (possibly none),
   * while epoch and tokens are those of the complete update.
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
      // With replayed rows, `each` contains the complete weight of every row.
      counts: this.options.beside ? 1 : sum(one && !one.apart ? countsOf(all, together) : counts),
      part: (i) => ({
        feeds: { ...this.learnt(parts[i]!, epoch, step), ...more(batches[i]!) },
        tokens: tokens[i]!,
        counts: counts[i]!,
        ...rowsOf(batches[i]!),
      }),
    };
  }

  /**
   * Returns a part with rows drawn by the caller for step `step` of an epoch. `place`: index of its first row within
   * the update.
   */
  drawn(
    batch: Uint32Array,
    { epoch, step, place }: { readonly epoch: number; readonly step: number; place: number },
  ): TrainingUpdateBatch {
    const tokens = this.tokensIn(batch);
    const feeds = this.learnt({ batch, place }, epoch, step);
    return { feeds, tokens, counts: this.countsIn(batch, epoch, tokens), rows: batch };
  }

  /** Returns the number of losses of a row in an epoch: one, or one per trained position. */
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

  /** Yields all batches of the first epoch in order, for scores. */
  *pass(): Generator<TrainingUpdateBatch> {
    for (const batch of this.batches(0)) {
      const tokens = this.tokensIn(batch);
      yield { feeds: this.collate(batch, 0), tokens, counts: this.countsIn(batch, 0, tokens) };
    }
  }

  /** Number of rows in an epoch, without replayed rows. */
  private get own(): number {
    return this.options.beside?.from ?? this.rows.lengths.length;
  }

  /** Returns a part's further feeds, besides rows and targets, in the update of `all`. */
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
            ...(beside && counts && { each: replayRowWeightsFeed(beside, batch, counts, this.rows.weights) }),
          }
        : {};
  }

  private shared(all: readonly Batch[]): (batch: Batch) => Readonly<Record<string, NDArray>> {
    const { shares } = this;
    if (shares === null) return () => ({});
    const total = all.reduce((sum, batch) => sum + batch.length, 0);
    return (batch) => ({ [shares]: float32NDArray(new Float32Array(batch.length).fill(1 / total), [batch.length]) });
  }

  /** Adds the random draws for dropout. */
  private learnt({ batch, place }: Placed, epoch: number, step: number): Record<string, NDArray> {
    const feeds = this.collate(batch, epoch);
    const [texts = 0] = mustExist(feeds["input_ids"], "input_ids").shape;
    return { ...feeds, draws: int32NDArray(dropoutStepsByText(step, place, batch.length, texts), [texts]) };
  }

  private collate(batch: Batch, epoch: number): Record<string, NDArray> {
    const { ids, taught, trained, types } = this.rows;
    const weights = this.options.weighed ? this.rows.weights : undefined;
    if (!(batch instanceof Uint32Array))
      return collatePackedRows(ids, batch, { padId: this.options.padId, trained, weights });
    if (!taught) return collateNextTokens(ids, batch, { padId: this.options.padId, trained, weights });
    const fed = collateBatch(ids, taught.texts?.(batch) ?? batch, this.options.padId, { types });
    const { bytes, shape } = mustExist(fed["input_ids"], "input_ids");
    const tokenIds = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const settings = { seed: this.options.seed, epoch };
    const feeds = taught.feeds({ rows: batch, width: shape[1]!, ...settings }, tokenIds);
    if (!weights) return { ...fed, ...feeds };
    const { places } = taught;
    const each = rowWeightInput(
      weights,
      batch,
      mustExist(feeds["labels"], "labels").shape[0]!,
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

  /** Sums the weighted counts of the rows. */
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
    // Both the ending and the beginning epoch are in use while the next step is prepared.
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
