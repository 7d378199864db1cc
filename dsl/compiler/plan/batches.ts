/**
 * Rows of one epoch, and what the compiler needs from a task's row format. The format converts rows of the data to rows
 * of a batch; packing fills batch rows up to the maximum length.
 */
import type { EpochRows, RowFormatCapabilities, SplitRows } from "../../language/types/capabilities/row-format.js";
import type { Registry } from "../../language/types/registry.js";
import type { SplitFacts } from "../../language/types/facts.js";
import { countTruncatedEpochRows, DEFAULT_TEXT_TOKENS } from "./epoch-rows.js";
import type { RecipePlan } from "./plan.js";
import type { ModelPlan } from "../../language/types/value.js";

// Estimates how many packed rows some texts fill, from their length histogram. Each text, longest first, goes into the
// row with the least remaining space that fits it, as the training packs them (kernel/data/sequences/packing.ts).
// Lengths within a histogram bin are spread evenly.

/** A number of texts of one length. */
export interface TextsOfLength {
  readonly length: number;
  readonly count: number;
}

/** Maximum texts packed in the estimate; larger sets are scaled from a sample of this size. */
const LAID = 4096;

/** Counts packed rows. `capacity`: tokens per row, at least the length of the longest text. */
export function countPackedRows(texts: readonly TextsOfLength[], capacity: number): number {
  const all = texts.reduce((sum, { count }) => sum + count, 0);
  const scale = Math.max(1, all / LAID);
  const open = new Room(capacity);
  let [seen, laid] = [0, 0];
  for (const { length, count } of texts.toSorted((a, b) => b.length - a.length)) {
    seen += count;
    for (; laid < Math.round(seen / scale); laid++) open.lay(Math.min(capacity, Math.max(1, Math.round(length))));
  }
  return Math.round(open.rows * scale);
}

/** Open rows by remaining space. */
class Room {
  rows = 0;
  private readonly left = new Map<number, number>();
  /** Remaining spaces of the open rows, smallest first. */
  private rooms: number[] = [];
  constructor(private readonly capacity: number) {}

  lay(length: number): void {
    const found = this.rooms.find((room) => room >= length);
    if (found === undefined) this.rows++;
    else this.take(found);
    const left = (found ?? this.capacity) - length;
    if (left > 0) this.give(left);
  }

  private take(room: number): void {
    const rows = (this.left.get(room) ?? 0) - 1;
    this.left.set(room, rows);
    if (rows === 0) this.rooms = this.rooms.filter((one) => one !== room);
  }

  private give(room: number): void {
    const rows = this.left.get(room) ?? 0;
    this.left.set(room, rows + 1);
    if (rows > 0) return;
    const index = this.rooms.findIndex((one) => one > room);
    this.rooms.splice(index < 0 ? this.rooms.length : index, 0, room);
  }
}

/** Returns undefined if the task is unknown. */
export function rowFormatOf(registry: Registry, task: ModelPlan["task"]): RowFormatCapabilities | undefined {
  return registry.find("task", task.word)?.capabilities?.rowFormat;
}
/** Whether the task predicts every next token of a text. */
export function predictsNext(registry: Registry, task: ModelPlan["task"]): boolean {
  return rowFormatOf(registry, task)?.predictsNextToken === true;
}
/** Whether a model of the task generates text, from a prefix or from another text. */
export function writesText(registry: Registry, task: ModelPlan["task"]): boolean {
  return rowFormatOf(registry, task)?.generatesText === true;
}

/** Whether a model of the task may be used untrained, as its base is (capability `untrained`). */
export function canServeUntrained(registry: Registry, task: ModelPlan["task"]): boolean {
  return registry.find("task", task.word)?.capabilities?.worksUntrained === true;
}

/** Whether rows are conversations, fed in full (capability `conversation`). */
export function readsConversations(registry: Registry, task: ModelPlan["task"]): boolean {
  return registry.find("task", task.word)?.capabilities?.conversation === true;
}

/** All rows of a split. */
export const allRows = (split: SplitFacts | undefined): SplitRows => ({ split, rows: split?.rows ?? 0 });

/**
 * Counts rows of one epoch over several splits. `max`: maximum tokens per row. `rowFormat`: if unknown, rows are
 * truncated.
 */
export function countEpochRows(
  parts: readonly SplitRows[],
  max: number,
  { rowFormat, packing }: { readonly rowFormat: RowFormatCapabilities | undefined; readonly packing: boolean },
): EpochRows {
  const counted = parts.map((part) => rowFormat?.countEpoch(part, max, packing) ?? countTruncatedEpochRows(part, max));
  const sum = (term: (one: EpochRows) => number): number => counted.reduce((total, one) => total + term(one), 0);
  const tokens = sum((one) => one.tokens);
  const written = sum((one) => (one.written ?? 0) * one.tokens) / Math.max(1, tokens);
  const texts = packing ? parts.flatMap((part) => textsOf(part, max)) : [];
  return {
    rows: packing ? Math.max(1, countPackedRows(texts, max)) : sum((one) => one.rows),
    tokens,
    longest: Math.max(...counted.map((one) => one.longest)),
    ...(counted.some((one) => one.written !== undefined) && { written }),
  };
}

/** Returns texts by length, spread evenly within each bin; longer texts count as the windows they are cut into. */
function textsOf({ split, rows }: SplitRows, max: number): readonly TextsOfLength[] {
  const lengths = split?.lengths;
  if (!lengths) return [{ length: Math.min(DEFAULT_TEXT_TOKENS, max), count: rows }];
  const { step, counts } = lengths;
  const share = split.rows > 0 ? rows / split.rows : 1;
  return counts.flatMap((count, bin) =>
    Array.from({ length: count > 0 ? step : 0 }, (_, i) => bin * step + i).flatMap((length) => {
      const textsPerStep = (share * count) / step;
      const whole = Math.floor(length / max);
      return [
        { length: max, count: textsPerStep * whole },
        { length: length - whole * max, count: textsPerStep },
      ].filter((one) => one.length > 0 && one.count > 0);
    }),
  );
}

/** Returns the updates in an epoch of `rows` rows. */
export function updatesPerEpoch(rows: number, training: Pick<RecipePlan, "batch_size" | "accumulate">): number {
  return Math.max(1, Math.ceil(Math.ceil(rows / training.batch_size) / training.accumulate));
}
