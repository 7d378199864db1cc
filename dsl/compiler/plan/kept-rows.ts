/**
 * How many rows of earlier data an update learns again: the same rows are drawn and kept as when it runs
 * (kernel/session/updates/buffer.ts), counted without the rows themselves.
 */
import type { ReplayBuffer } from "../../language/types/capabilities/learning.js";
import type { TrainingRows } from "../../language/types/facts.js";
import type { Registry } from "../../language/types/registry.js";
import type { Call } from "../../language/types/value.js";

/** A training or a stage of an update, of which the next one begins. */
export interface EarlierTraining extends TrainingRows {
  /** Empty: a training, which keeps no rows. */
  readonly strategy: readonly Call[];
}
/** What is known of a run that was loaded. */
export interface EarlierRows {
  readonly buffered: readonly TrainingRows[];
  readonly learnt: readonly TrainingRows[];
}

export function replayBufferOf(registry: Registry, strategy: readonly Call[]): ReplayBuffer | undefined {
  const buffers = strategy.map((call) => registry.find("strategy", call.word)?.capabilities?.replays?.(call));
  return buffers.find((one) => one !== undefined);
}

/** Rows of earlier data sets that `own` is trained with. `line`: the trainings before it, oldest first. */
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

/** Rows of earlier data sets other than `own`: those in the buffer, or drawn from all earlier data when the buffer is empty. */
function others(
  buffered: readonly TrainingRows[],
  learnt: readonly TrainingRows[],
  buffer: ReplayBuffer,
  current: TrainingRows,
): readonly TrainingRows[] {
  const fresh = buffer.anew === true || buffered.length === 0;
  const all = bounded(fresh ? learnt.map((data) => drawn(data, buffer)) : buffered, buffer);
  return all.filter(({ hash, rows }) => hash !== current.hash && rows > 0);
}

function drawn({ hash, rows }: TrainingRows, { size }: ReplayBuffer): TrainingRows {
  const wanted = typeof size === "number" ? size : Math.max(1, Math.round(size.share * rows));
  return { hash, rows: Math.min(rows, wanted) };
}

/** At most `most` rows of all together, each data set with its share of them. */
function bounded(all: readonly TrainingRows[], { most }: ReplayBuffer): readonly TrainingRows[] {
  const total = all.reduce((sum, { rows }) => sum + rows, 0);
  if (most === undefined || total <= most) return all;
  let seen = 0;
  return all.map(({ hash, rows }) => {
    const from = Math.round((seen / total) * most);
    seen += rows;
    return { hash, rows: Math.round((seen / total) * most) - from };
  });
}
