/** Checks whether canaries can be inserted into the training rows. */
import type { Program } from "../plan/program.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { RecipePlan } from "../plan/plan.js";
import type { BatchingInput } from "./batching.js";
import type {} from "./canary-codes.js";

interface Planted extends BatchingInput {
  readonly streamed: boolean;
  /** True if the training continues from trained weights by an update strategy. */
  readonly update: boolean;
  /** True if the rows are held by federated clients. */
  readonly federated: boolean;
}

/** @returns false if they cannot (reported) */
export function checkCanaries(program: Program, options: Planted): boolean {
  const { model, data, training, settings, here } = options;
  const copies = settings.get("canary_copies");
  if (training.canaries === undefined) {
    if (copies) program.reportNear("copies-of-nothing", {}, copies.span, here);
    return !copies;
  }
  const can = program.registry.find("task", model.task.word)?.capabilities?.canary !== undefined;
  const why = !can
    ? "task"
    : options.streamed
      ? "streamed"
      : options.update
        ? "update"
        : options.federated
          ? "federated"
          : null;
  if (why === null) return true;
  const subject = why === "task" ? model.task.word : data.name;
  program.reportNear("canaries-impossible", { why, of: subject }, settings.get("canaries")?.span, here);
  return false;
}

/** Approximate number of tokens in a canary. */
const TOKENS = 30;

/** Returns the data facts with the canaries added to the training rows. */
export function dataFactsWithCanaries(
  facts: DataFacts,
  { canaries = 0, canary_copies: times = 1 }: Pick<RecipePlan, "canaries" | "canary_copies">,
): DataFacts {
  const name = ["train", "all"].find((split) => facts.splits[split]);
  const split = name === undefined ? undefined : facts.splits[name];
  if (name === undefined || !split || canaries === 0) return facts;
  const made = canaries * times;
  const { lengths } = split;
  const counts = [...(lengths?.counts ?? [])];
  if (lengths) {
    const bin = Math.floor(TOKENS / lengths.step);
    while (counts.length <= bin) counts.push(0);
    counts[bin] = (counts[bin] ?? 0) + made;
  }
  const whole = {
    ...split,
    rows: split.rows + made,
    ...(lengths && {
      lengths: {
        ...lengths,
        counts,
        total: lengths.total + TOKENS * made,
        longest: Math.max(lengths.longest, TOKENS),
      },
    }),
  };
  return { ...facts, splits: { ...facts.splits, [name]: whole } };
}
