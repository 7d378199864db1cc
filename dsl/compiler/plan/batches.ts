/**
 * Rows of one epoch, and what the compiler needs from a task's row format. The format converts rows of the data to rows
 * of a batch; packing fills batch rows up to the maximum length.
 */
import type { EpochRows, RowFormatCapabilities, SplitRows } from "../../language/types/capabilities/row-format.js";
import type { Registry } from "../../language/types/registry.js";
import type { SplitFacts } from "../../language/types/facts.js";
import { truncatedEpochRows, DEFAULT_TEXT_TOKENS } from "./epoch-rows.js";
import { countPackedRows, type TextsOfLength } from "./packing.js";
import type { RecipePlan } from "./recipe.js";
import type { ModelPlan } from "../../language/types/subject.js";

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
  return registry.find("task", task.word)?.capabilities?.untrained === true;
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
  const counted = parts.map((part) => rowFormat?.countEpoch(part, max, packing) ?? truncatedEpochRows(part, max));
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
