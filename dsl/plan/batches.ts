/**
 * How a split is fed, from the histogram of its lengths: rows of an epoch, tokens that come in, the longest row. Tasks
 * that read whole texts cut them at `max_length`; tasks that predict each next token cut longer texts into windows of it
 * and lose nothing; packing fills rows up to it; tasks that make a text of a text cut both.
 */
import type { TaskCapabilities } from "../types/capabilities/model.js";
import type { Registry } from "../types/registry.js";
import type { SplitFacts } from "../types/facts.js";
import { packedRows, type Texts } from "./packing.js";
import type { RecipePlan } from "./recipe.js";
import type { ModelPlan } from "../types/subject.js";

type Supervision = NonNullable<TaskCapabilities["supervision"]>;

export interface Fed {
  /** Rows of one epoch as batches count them: texts, windows, or packed rows. */
  readonly rows: number;
  /** Real tokens of one epoch. */
  readonly tokens: number;
  /** Tokens of the longest row. */
  readonly longest: number;
  /** Share of the tokens that a decoder writes, where an encoder reads the others; absent: there is no such divide. */
  readonly written?: number;
}

/** What the rows of a task teach (capability `supervision`): labels where nothing is said. */
export function supervisionOf(registry: Registry, task: ModelPlan["task"]): Supervision {
  return registry.find("task", task.word)?.capabilities?.supervision ?? "label";
}
/** Whether the task learns each next token of a text. */
export function predictsNext(registry: Registry, task: ModelPlan["task"]): boolean {
  return supervisionOf(registry, task) === "next_token";
}
/** Whether a model of the task writes text: it continues one, or makes one of another. */
export function writesText(registry: Registry, task: ModelPlan["task"]): boolean {
  return ["next_token", "sequence"].includes(supervisionOf(registry, task));
}

/** Whether a model of the task may be asked as its base is, never trained (capability `untrained`). */
export function servesUntrained(registry: Registry, task: ModelPlan["task"]): boolean {
  return registry.find("task", task.word)?.capabilities?.untrained === true;
}

/** Whether rows are conversations, fed whole (capability `conversation`). */
export function readsConversations(registry: Registry, task: ModelPlan["task"]): boolean {
  return registry.find("task", task.word)?.capabilities?.conversation === true;
}

/** Some rows of a split: so many, taken to be like all of it. */
export interface SomeRows {
  readonly split: SplitFacts | undefined;
  readonly rows: number;
}
export const allRows = (split: SplitFacts | undefined): SomeRows => ({ split, rows: split?.rows ?? 0 });

interface Feeding {
  readonly windows: boolean;
  readonly packing: boolean;
}

/** How the rows of one epoch are fed together. `max`: most tokens of a row. */
export function fed(parts: readonly SomeRows[], max: number, o: Feeding): Fed {
  const each = parts.map((part) => fedAlone(part, max, o));
  const sum = (of: (one: Fed) => number): number => each.reduce((total, one) => total + of(one), 0);
  const tokens = sum((one) => one.tokens);
  const written = sum((one) => (one.written ?? 0) * one.tokens) / Math.max(1, tokens);
  return {
    rows: o.packing
      ? Math.max(
          1,
          packedRows(
            parts.flatMap((part) => textsOf(part, max)),
            max,
          ),
        )
      : sum((one) => one.rows),
    tokens,
    longest: Math.max(...each.map((one) => one.longest)),
    ...(each.some((one) => one.written !== undefined) && { written }),
  };
}

function fedAlone({ split, rows }: SomeRows, max: number, o: Feeding): Fed {
  const lengths = split?.lengths;
  if (!lengths) return { rows, tokens: rows * Math.min(64, max), longest: Math.min(64, max) };
  const share = split.rows > 0 ? rows / split.rows : 1;
  if (split.targets) return fedPairs(rows, { share, inputs: lengths, targets: split.targets }, max);
  const { step, counts } = lengths;
  const sum = (of: (length: number) => number): number =>
    counts.reduce((total, count, i) => total + count * of((i + 0.5) * step), 0);
  const longest = Math.min(lengths.longest, max);
  // Contexts are measured as the windows that they become.
  if (!o.windows)
    return { rows: Math.round(share * sum(() => 1)), tokens: Math.round(share * cutTokens(lengths, max)), longest };
  const tokens = Math.round(share * lengths.total);
  if (o.packing) return { rows, tokens, longest: max };
  const windows = lengths.longest <= max ? split.rows : sum((n) => Math.max(1, Math.ceil(n / max)));
  return { rows: Math.round(share * windows), tokens, longest };
}

/** Texts by their lengths, those of a bin spread over it; longer ones as the windows that they are cut into. */
function textsOf({ split, rows }: SomeRows, max: number): readonly Texts[] {
  const lengths = split?.lengths;
  if (!lengths) return [{ length: Math.min(64, max), count: rows }];
  const { step, counts } = lengths;
  const share = split.rows > 0 ? rows / split.rows : 1;
  return counts.flatMap((count, bin) =>
    Array.from({ length: count > 0 ? step : 0 }, (_, i) => bin * step + i).flatMap((length) => {
      const own = (share * count) / step;
      const whole = Math.floor(length / max);
      return [
        { length: max, count: own * whole },
        { length: length - whole * max, count: own },
      ].filter((one) => one.length > 0 && one.count > 0);
    }),
  );
}

type Lengths = NonNullable<SplitFacts["lengths"]>;

/** Inputs and targets, each cut at `max`. */
function fedPairs(
  rows: number,
  { share, inputs, targets }: { readonly share: number; readonly inputs: Lengths; readonly targets: Lengths },
  max: number,
): Fed {
  const [read, written] = [share * cutTokens(inputs, max), share * cutTokens(targets, max)];
  const longest = Math.min(inputs.longest, max) + Math.min(targets.longest, max);
  return { rows, tokens: Math.round(read + written), longest, written: written / Math.max(1, read + written) };
}

/** Tokens that are left when every text is cut at `max`. */
function cutTokens({ step, counts, total, longest }: Lengths, max: number): number {
  if (longest <= max) return total;
  return Math.max(0, total - counts.reduce((lost, count, i) => lost + count * Math.max(0, (i + 0.5) * step - max), 0));
}

/** Updates of an epoch of `rows` rows. */
export function updatesPerEpoch(rows: number, training: Pick<RecipePlan, "batch_size" | "accumulate">): number {
  return Math.max(1, Math.ceil(Math.ceil(rows / training.batch_size) / training.accumulate));
}
