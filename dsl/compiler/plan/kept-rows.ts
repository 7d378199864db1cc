/**
 * Counts the replayed rows of earlier data in an update. Rows are sampled and buffered as when the update runs
 * (kernel/session/updates/buffer.ts), but counted without reading them.
 */
import type { ReplayBuffer } from "../../language/types/capabilities/learning.js";
import type { TrainingRows } from "../../language/types/facts.js";
import type { Registry } from "../../language/types/registry.js";
import type { Call } from "../../language/types/value.js";

/** A training or update task from which the next one starts. */
export interface EarlierTraining extends TrainingRows {
  /** Empty for a training, which buffers no rows. */
  readonly strategy: readonly Call[];
}
/** Earlier rows of a loaded run. */
export interface EarlierRows {
  readonly buffered: readonly TrainingRows[];
  readonly learnt: readonly TrainingRows[];
}

export function replayBufferOf(registry: Registry, strategy: readonly Call[]): ReplayBuffer | undefined {
  const buffers = strategy.map((call) => registry.find("strategy", call.word)?.capabilities?.replays?.(call));
  return buffers.find((one) => one !== undefined);
}

/**
 * Returns the rows of earlier data sets that `current` is trained with. `line`: the trainings before it, oldest first.
 */
export function rowsToReplay(
  registry: Registry,
  line: readonly EarlierTraining[],
  current: EarlierTraining,
  before: EarlierRows = { buffered: [], learnt: [] },
): readonly TrainingRows[] {
  let { buffered, learnt } = before;
  for (const { strategy, ...data } of line) {
    const buffer = replayBufferOf(registry, strategy);
    buffered = buffer ? bounded([...others(buffered, learnt, buffer, data), drawn(data, buffer)], buffer) : [];
    learnt = [...learnt.filter(({ hash }) => hash !== data.hash), data];
  }
  const buffer = replayBufferOf(registry, current.strategy);
  return buffer ? others(buffered, learnt, buffer, current) : [];
}

/**
 * Returns the rows of data sets other than `current`: from the buffer, or drawn from all earlier data if the buffer is
 * empty.
 */
function others(
  buffered: readonly TrainingRows[],
  learnt: readonly TrainingRows[],
  buffer: ReplayBuffer,
  current: TrainingRows,
): readonly TrainingRows[] {
  const fresh = buffer.retrainsOnAll === true || buffered.length === 0;
  const all = bounded(fresh ? learnt.map((data) => drawn(data, buffer)) : buffered, buffer);
  return all.filter(({ hash, rows }) => hash !== current.hash && rows > 0);
}

function drawn({ hash, rows }: TrainingRows, { size }: ReplayBuffer): TrainingRows {
  const wanted = typeof size === "number" ? size : Math.max(1, Math.round(size.share * rows));
  return { hash, rows: Math.min(rows, wanted) };
}

/** Limits the rows to `most` in total, proportionally for each data set. */
function bounded(all: readonly TrainingRows[], { maxRows: most }: ReplayBuffer): readonly TrainingRows[] {
  const total = all.reduce((sum, { rows }) => sum + rows, 0);
  if (most === undefined || total <= most) return all;
  let seen = 0;
  return all.map(({ hash, rows }) => {
    const from = Math.round((seen / total) * most);
    seen += rows;
    return { hash, rows: Math.round((seen / total) * most) - from };
  });
}
