/**
 * Mixes the rows of several sources at random by the seed. When streaming, at most a chunk of each source is in memory.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../data/contract.js";
import { seededRandom } from "../statistics/chance.js";
import { sourceFromRows, type SourceRow } from "./shared/row-source.js";
import { word } from "./mix.js";

type Rows = AsyncIterator<object>;

const [whole, parts] = [sourceFromRows(mixed(false)), sourceFromRows(mixed(true))];

export const mix: SourceImplementation = { open: whole.open, stream: parts.stream };

/** Coded errors `weights-differ`, `empty-file`, and those of the sources. */
function mixed(streamed: boolean): (call: Call, world: SourceContext) => AsyncGenerator<SourceRow> {
  return async function* (call, world) {
    const { sources, weights, until } = argumentsWithDefaults(word, call);
    const shares = weights ?? sources.map(() => 1);
    if (shares.length !== sources.length || !shares.every((share) => share > 0 && Number.isFinite(share)))
      throw new CodedError("weights-differ", { sources: sources.length, weights: shares });
    const open = await opened(sources, shares, world, streamed);
    const generator = seededRandom(world.seed ?? 0, MIXING);
    let some = false;
    try {
      while (open.length > 0) {
        const drawn = chosen(open, (generator.next() >>> 0) / 2 ** 32);
        const next = await drawn.rows.next();
        if (next.done !== true) {
          some = true;
          yield { value: next.value, length: 0 };
        } else if (until === "longest") open.splice(open.indexOf(drawn), 1);
        else break;
      }
    } finally {
      for (const { rows } of open) await rows.return?.();
    }
    if (!some) throw new CodedError("empty-file", { file: "the mixture" });
  };
}

/** Number of the random stream that mixing uses. */
const MIXING = 7;

interface Open {
  readonly rows: Rows;
  readonly share: number;
}

async function opened(
  sources: readonly Call[],
  shares: readonly number[],
  world: SourceContext,
  streamed: boolean,
): Promise<Open[]> {
  const progress = sources.map((): readonly [number, number] => [0, 0]);
  const open: Open[] = [];
  for (const [i, call] of sources.entries()) {
    const onBytes = (read: number, total: number): void => {
      progress[i] = [read, total];
      const sum = (index: 0 | 1): number => progress.reduce((all, one) => all + one[index], 0);
      world.onBytes?.(sum(0), sum(1));
    };
    const source = await world.source?.(call.word);
    if (!source) throw new CodedError("internal", { what: `nothing reads ${call.word}` });
    const rows = rowsOf(source, call, { ...world, onBytes }, streamed);
    open.push({ rows: rows[Symbol.asyncIterator](), share: shares[i] ?? 1 });
  }
  return open;
}

function chosen(open: readonly Open[], at: number): Open {
  let left = at * open.reduce((sum, { share }) => sum + share, 0);
  const found = open.find(({ share }) => (left -= share) < 0) ?? open.at(-1);
  if (!found) throw new CodedError("internal", { what: "nothing is left to draw from" });
  return found;
}

async function* rowsOf(
  source: SourceImplementation,
  call: Call,
  world: SourceContext,
  streamed: boolean,
): AsyncGenerator<object> {
  if (streamed && source.stream) {
    for await (const chunk of source.stream(call, world)) yield* rowsIn(chunk);
    return;
  }
  const table = await source.open(call, world);
  const columns = table.columnNames().filter((name) => name !== "$row");
  yield* rowsIn({
    columns: new Map(columns.map((name) => [name, Array.from(table.array(name) as Iterable<unknown>)])),
    rows: table.numRows(),
  });
}

function* rowsIn({ columns, rows }: RowChunk): Generator<object> {
  for (let i = 0; i < rows; i++) yield Object.fromEntries([...columns].map(([name, values]) => [name, values[i]]));
}
