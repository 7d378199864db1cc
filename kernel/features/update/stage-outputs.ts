/** Outputs that the strategies of a stage replay: cached when it begins, and computed for the exemplars that it leaves. */
import type { UpdateStage } from "#dsl/compiler/plan/action.js";
import { readCarried, type Exemplar } from "../../runs/continual-state.js";
import type { Prepared } from "../../data/prepared.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import type { OpenModel } from "../../models/open-model.js";
import type { Material } from "../../training-runs/material.js";
import { cachedOutputs, withOutputsBefore, withComputedOutputs, type ComputesOutputs } from "./replayed-outputs.js";
import type { Stages } from "./stages.js";

type Updates = Pick<Stages, "stage" | "labels" | "strategies">;

/** Gives the loader the cached logits of its rows. `first`: the number of labels that the head of the stage's first weights had. */
export async function cacheStageOutputs(
  o: Updates,
  of: UpdateStage,
  at: {
    readonly open: OpenModel;
    readonly material: Material;
    readonly run: string;
    readonly exemplars: readonly Exemplar[];
    readonly first: number;
    readonly seen: ReadonlySet<number>;
  },
): Promise<void> {
  const { replaySources } = o.strategies;
  if (replaySources.length === 0) return;
  const { open, material, run, exemplars, first, seen } = at;
  const { rows, prepared, loader } = material;
  const labels = { count: o.labels.length, seen, first };
  loader.addCachedOutputs(
    await cachedOutputs({ ...asksOf(o, of, open, material), replaySources, run, rows, prepared, exemplars, labels }),
  );
}

/** Exemplars with logits: those of this stage get the model's current ones. */
export async function withOutputs(
  o: Updates,
  of: UpdateStage,
  at: {
    readonly open: OpenModel;
    readonly parts: Pick<Material, "base" | "tokenizer">;
    readonly data: Prepared;
    readonly word: string;
    readonly run: string;
  },
  { others, own }: { readonly others: readonly Exemplar[]; readonly own: readonly Exemplar[] },
): Promise<readonly Exemplar[]> {
  const { open, parts, data, word, run } = at;
  const labels = o.labels.length;
  const encoding = await encodingOf(of.plan, parts.base, parts.tokenizer, o.labels, of.name);
  const said = await withComputedOutputs(
    asksOf(o, of, open, { encoding, tokenizer: parts.tokenizer }),
    data,
    own,
    labels,
  );
  return [...withOutputsBefore(others, { word, run, labels }), ...said];
}

function asksOf(
  o: Updates,
  { plan }: UpdateStage,
  { session }: Pick<OpenModel, "session">,
  { encoding, tokenizer }: Pick<Material, "encoding" | "tokenizer">,
): ComputesOutputs {
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
