/**
 * Prompts with a common prefix: the prefix is processed once, and each prompt continues from it. The cache of an open
 * model (programs of `buildSharedPrefixPrograms`) holds the prefix in every row from position 0 on, and it is never
 * overwritten; what follows it is overwritten by the next prompts.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { EngineSession } from "../../engines/engine.js";
import { scalarI32 } from "../../engines/feeds.js";

/** Returns the tokens with which all prompts begin, leaving at least one token of each. */
export function commonPrefix(prompts: readonly Int32Array[]): Int32Array {
  const [first, ...others] = prompts;
  if (!first) return new Int32Array();
  let length = Math.min(...prompts.map((prompt) => prompt.length - 1));
  for (const other of others) {
    let same = 0;
    while (same < length && other[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, Math.max(0, length));
}

/**
 * Requested outputs at the new tokens: `places` in the flattened [rows × length], `picks` in the flattened
 * [places × vocabulary].
 */
interface AskedPlaces {
  readonly places: ArrayLike<number>;
  readonly picks?: ArrayLike<number>;
}

/** The prefix that each session's cache holds at present. */
const holders = new WeakMap<object, CachedPromptPrefix>();

export class CachedPromptPrefix {
  private rows = 0;
  private room = 0;

  constructor(
    private readonly session: Pick<EngineSession, "run">,
    /** The common prefix; may be empty. */
    readonly tokens: Int32Array,
    private readonly padId: number,
  ) {}

  /** Number of prefix tokens in every row of the cache. */
  get length(): number {
    return this.tokens.length;
  }

  /**
   * Prepares a cache of so many rows, with room for `more` tokens after the prefix; a cache that is large enough is
   * reused.
   */
  async hold(rows: number, more: number): Promise<void> {
    if (holders.get(this.session) !== this) [this.rows, this.room] = [0, 0];
    holders.set(this.session, this);
    if (this.room >= this.length + more) {
      if (rows === this.rows) return;
      await this.spread(rows);
      return;
    }
    this.room = this.length + more;
    // Without a prefix there is nothing to copy to the rows.
    this.rows = this.length > 0 ? 1 : rows;
    await this.session.run("reserve", { rows: sized(this.rows), room: sized(this.room) }, []);
    if (this.length === 0) return;
    const { session, tokens } = this;
    const feeds = feedsOf([tokens], { padId: this.padId, before: 0, start: 0, hidden: [0] });
    await session.run("extend", { ...feeds, places: vector([0]), picks: vector([0]) }, []);
    await this.spread(rows);
  }

  /** Called after other code has reordered the rows; each still begins with the prefix. */
  spreadAnew(): void {
    this.rows = 0;
  }

  private async spread(rows: number): Promise<void> {
    if (rows !== this.rows) await this.session.run("reorder", { order: vector(new Int32Array(rows)) }, []);
    this.rows = rows;
  }

  /** Runs further tokens of each row, padded on the left, and returns the model's outputs at the given positions. */
  async extend<O extends string>(
    texts: readonly Int32Array[],
    requested: AskedPlaces,
    outputs: readonly O[],
  ): Promise<Readonly<Record<O, NDArray>>> {
    const feeds = this.feeds(texts, requested);
    return (await this.session.run("extend", feeds, [...outputs])) as Readonly<Record<O, NDArray>>;
  }

  feeds(texts: readonly Int32Array[], { places, picks = [0] }: AskedPlaces): Readonly<Record<string, NDArray>> {
    const options = { padId: this.padId, before: this.length, start: this.length, hidden: texts.map(() => 0) };
    return { ...feedsOf(texts, options), places: vector(places), picks: vector(picks) };
  }

  /** Runs the same tokens for each row, after `texts` that were processed by `extend`. */
  async after<O extends string>(
    texts: readonly Int32Array[],
    tokens: Int32Array,
    requested: AskedPlaces,
    outputs: readonly O[],
  ): Promise<Readonly<Record<O, NDArray>>> {
    const longest = longestLength(texts);
    const feeds = feedsOf(
      texts.map(() => tokens),
      {
        padId: this.padId,
        before: this.length,
        start: this.length + longest,
        hidden: texts.map((text) => longest - text.length),
      },
    );
    const { places, picks = [0] } = requested;
    const all = { ...feeds, places: vector(places), picks: vector(picks) };
    return (await this.session.run("extend", all, [...outputs])) as Readonly<Record<O, NDArray>>;
  }
}

export function longestLength(texts: readonly Int32Array[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

/**
 * `before`: tokens of the prefix, visible to all rows. `start`: cache position of the new tokens. `hidden`: per row,
 * number of padding keys after the prefix.
 */
function feedsOf(
  texts: readonly Int32Array[],
  options: {
    readonly padId: number;
    readonly before: number;
    readonly start: number;
    readonly hidden: readonly number[];
  },
): Readonly<Record<string, NDArray>> {
  const [rows, length] = [texts.length, longestLength(texts)];
  const keys = options.start + length;
  const ids = new Int32Array(rows * length).fill(options.padId);
  const positions = new Int32Array(rows * length);
  const mask = new Int32Array(rows * keys).fill(1);
  for (const [row, text] of texts.entries()) {
    const pad = length - text.length;
    const hidden = mustExist(options.hidden[row], "the hidden part of a row") + pad;
    ids.set(text, row * length + pad);
    for (let i = 0; i < length; i++) positions[row * length + i] = Math.max(options.before, options.start + i - hidden);
    mask.fill(0, row * keys + options.before, row * keys + options.before + hidden);
  }
  return {
    input_ids: { dtype: "i32", shape: [rows, length], bytes: new Uint8Array(ids.buffer) },
    positions: { dtype: "i32", shape: [rows, length], bytes: new Uint8Array(positions.buffer) },
    attention_mask: { dtype: "i32", shape: [rows, keys], bytes: new Uint8Array(mask.buffer) },
    start: scalarI32(options.start),
  };
}

function vector(values: ArrayLike<number>): NDArray {
  return { dtype: "i32", shape: [values.length], bytes: new Uint8Array(Int32Array.from(values).buffer) };
}
/** Returns an array of which only the size is used. */
function sized(n: number): NDArray {
  return { dtype: "i32", shape: [n], bytes: new Uint8Array(4 * n) };
}
