/** What a stage's strategies hold of what was said once: asked as it begins, and of the rows that it leaves to be kept. */
import type { UpdateStage } from "#dsl/plan/action.js";
import { readCarried, type Remembered } from "../../artifacts/carried.js";
import type { Prepared } from "../../core/data/prepared.js";
import { encodingOf } from "../../encoding/encoding.js";
import type { OpenModel } from "../models/open-model.js";
import type { Material } from "../trainings/material.js";
import { recall, saidBefore, withSaid, type AsksRows } from "./recall.js";
import type { Stages } from "./stages.js";

type Recalls = Pick<Stages, "stage" | "labels" | "strategies">;

/** Gives the loader what its rows bring. `first`: labels of the head that the stage's weights had, which come first. */
export async function recallIn(
  o: Recalls,
  of: UpdateStage,
  at: {
    readonly open: OpenModel;
    readonly material: Material;
    readonly run: string;
    readonly memory: readonly Remembered[];
    readonly first: number;
    readonly seen: ReadonlySet<number>;
  },
): Promise<void> {
  const { recalling } = o.strategies;
  if (recalling.length === 0) return;
  const { open, material, run, memory, first, seen } = at;
  const { rows, prepared, loader } = material;
  const labels = { count: o.labels.length, seen, first };
  const recalled = await recall({ ...asksOf(o, of, open, material), recalling, run, rows, prepared, memory, labels });
  loader.recall(recalled);
}

/** Rows that are kept with what was said of them: of those of this stage, what the model says now. */
export async function withAllSaid(
  o: Recalls,
  of: UpdateStage,
  at: {
    readonly open: OpenModel;
    readonly parts: Pick<Material, "base" | "tokenizer">;
    readonly data: Prepared;
    readonly word: string;
    readonly run: string;
  },
  { others, own }: { readonly others: readonly Remembered[]; readonly own: readonly Remembered[] },
): Promise<readonly Remembered[]> {
  const { open, parts, data, word, run } = at;
  const labels = o.labels.length;
  const encoding = await encodingOf(of.plan, parts.base, parts.tokenizer, o.labels, of.name);
  const said = await withSaid(asksOf(o, of, open, { encoding, tokenizer: parts.tokenizer }), data, own, labels);
  return [...saidBefore(others, { word, run, labels }), ...said];
}

function asksOf(
  o: Recalls,
  { plan }: UpdateStage,
  { session }: Pick<OpenModel, "session">,
  { encoding, tokenizer }: Pick<Material, "encoding" | "tokenizer">,
): AsksRows {
  const { signal, hostContext } = o.stage;
  return { session, encoding, batchSize: plan.recipe.training.batch_size, padId: tokenizer.padId, signal, hostContext };
}

/**
 * Labels that the data until stage `i` had, by their places in the head. The head of a stage has those of the stages after it,
 * too, which nothing taught it: an update that begins there doesn't know them.
 */
export function seenBefore({ start, data, labels }: Pick<Stages, "start" | "data" | "labels">, i: number): Set<number> {
  const before = readCarried(start.weights.folder)?.taught ?? start.weights.labels;
  return new Set([...before, ...data.slice(0, i).flatMap((one) => one.labels)].map((label) => labels.indexOf(label)));
}
