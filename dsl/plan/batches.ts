/**
 * How a split is fed, from the histogram of its lengths: rows of an epoch, tokens that come in, the longest row. Tasks
 * that read whole texts cut them at `max_length`; tasks that predict each next token cut longer texts into windows of it
 * and lose nothing; packing fills rows up to it; tasks that make a text of a text cut both.
 */
import type { TaskCapabilities } from "../types/capabilities/model.js";
import type { Registry } from "../types/registry.js";
import type { SplitFacts } from "../types/facts.js";
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

/** Share of a packed row that holds tokens, as seen on texts of mixed length. */
const packedFill = 0.98;

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

export function fed(
  split: SplitFacts | undefined,
  max: number,
  o: { readonly windows: boolean; readonly packing: boolean },
): Fed {
  const rows = split?.rows ?? 0;
  const lengths = split?.lengths;
  if (!lengths) return { rows, tokens: rows * Math.min(64, max), longest: Math.min(64, max) };
  if (split.targets) return fedPairs(rows, lengths, split.targets, max);
  const { step, counts } = lengths;
  const sum = (of: (length: number) => number): number =>
    counts.reduce((total, count, i) => total + count * of((i + 0.5) * step), 0);
  const longest = Math.min(lengths.longest, max);
  // Contexts are measured as the windows that they become.
  if (!o.windows) return { rows: counts.reduce((a, b) => a + b, 0), tokens: cutTokens(lengths, max), longest };
  const { total } = lengths;
  if (o.packing) return { rows: Math.max(1, Math.ceil(total / (max * packedFill))), tokens: total, longest: max };
  return {
    rows: lengths.longest <= max ? rows : Math.round(sum((n) => Math.max(1, Math.ceil(n / max)))),
    tokens: total,
    longest,
  };
}

type Lengths = NonNullable<SplitFacts["lengths"]>;

/** Inputs and targets, each cut at `max`. */
function fedPairs(rows: number, inputs: Lengths, targets: Lengths, max: number): Fed {
  const [read, written] = [cutTokens(inputs, max), cutTokens(targets, max)];
  const longest = Math.min(inputs.longest, max) + Math.min(targets.longest, max);
  return { rows, tokens: read + written, longest, written: written / Math.max(1, read + written) };
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
