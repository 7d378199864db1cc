/**
 * Packs texts into rows. Texts are shuffled and packed some thousand at a time by best fit, longest first (Johnson
 * 1974: at most 11/9 of the fewest rows possible); then all rows are shuffled. So rows are nearly full, and each epoch
 * combines other texts. Texts in one row never attend to each other.
 */
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";

export interface PackOptions {
  /** Maximum tokens of a row. */
  readonly capacity: number;
  /** False: texts keep their order, and a row is full when the next text does not fit. */
  readonly shuffle: boolean;
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** Texts packed at a time; more fill rows better but shuffle less. */
  readonly chunk?: number;
}

/**
 * Returns the texts of each row; every text is in exactly one row. `lengths`: tokens per text, none above `capacity`.
 */
export function packRows(lengths: Int32Array, options: PackOptions): Uint32Array[] {
  const tooLong = lengths.findIndex((length) => length > options.capacity);
  if (tooLong >= 0)
    throw new RangeError(`text ${tooLong} has ${lengths[tooLong]} tokens, a row holds ${options.capacity}`);
  const texts = Uint32Array.from(lengths, (_, text) => text);
  if (!options.shuffle) return inOrder(texts, lengths, options.capacity);
  const generator = seededRandom(options.seed, options.epoch, 1);
  shuffle(texts, generator);
  const rows: Uint32Array[] = [];
  const chunk = options.chunk ?? 4096;
  for (let start = 0; start < texts.length; start += chunk) {
    // stable sort: texts of equal length stay in random order
    const some = texts.subarray(start, start + chunk).sort((a, b) => lengths[b]! - lengths[a]!);
    for (const row of bestFit(some, lengths, options.capacity)) rows.push(row);
  }
  return shuffle(rows, generator);
}

function inOrder(texts: Uint32Array, lengths: Int32Array, capacity: number): Uint32Array[] {
  const rows: Uint32Array[] = [];
  let [from, used] = [0, 0];
  texts.forEach((text, position) => {
    if (position > from && used + lengths[text]! > capacity) {
      rows.push(texts.slice(from, position));
      [from, used] = [position, 0];
    }
    used += lengths[text]!;
  });
  if (from < texts.length) rows.push(texts.slice(from));
  return rows;
}

/** Puts each text into the row with the least remaining space that fits it. */
function bestFit(texts: Uint32Array, lengths: Int32Array, capacity: number): Uint32Array[] {
  const rows: number[][] = [];
  const withRoom: number[][] = Array.from({ length: capacity + 1 }, () => []);
  for (const text of texts) {
    const length = lengths[text]!;
    let room = length;
    while (room <= capacity && withRoom[room]!.length === 0) room++;
    const row = withRoom[room]?.pop() ?? rows.push([]) - 1;
    rows[row]!.push(text);
    withRoom[(room <= capacity ? room : capacity) - length]!.push(row);
  }
  return rows.map((row) => Uint32Array.from(row));
}
