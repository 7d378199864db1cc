/**
 * What rows are sent by, where each data set has weights of its own: before the first step of a stage it is taken down what its
 * data are like, and before the first stage what those were that the model learnt from before.
 */
import { bytesOf } from "../../tensors/numbers.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { lastOf, must } from "#dsl/language/diagnostics/must.js";
import type { UpdateStage } from "#dsl/compiler/plan/action.js";
import { EARLIER, KNOWN, MEANS } from "#stdlib/techniques/shared/routed-settings.js";
import { collate } from "../../data/rows/batches.js";
import { trainedSplit } from "../../data/prepared.js";
import { encodeSplit, type Encoded, type Encoding } from "../../data/encoding/encoded.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import type { Session } from "../../engines/engine.js";
import { floats } from "../../engines/feeds.js";
import { readHeader } from "../../tensors/safetensors.js";
import type { OpenModel } from "../../models/open-model.js";
import type { Material } from "../../training-runs/material.js";
import { seenBefore } from "./stage-outputs.js";
import { stateOf } from "./continual-state.js";
import type { Stages } from "./stages.js";

type Routes = Pick<Stages, "start" | "tasks" | "data" | "labels" | "strategies" | "stage">;

/** Whether the model's weights tell already what its data were like. */
const isTold = ({ start }: Pick<Stages, "start">): boolean =>
  Object.hasOwn(readHeader(stateOf(start.weights)).tensors, MEANS);

const before = ({ tasks }: Pick<Stages, "tasks">) => tasks.filter(({ learnt }) => learnt === 0);

/** Said before anything is trained. Coded error `update-unrouted`. */
export function demandRouted(o: Pick<Stages, "start" | "tasks" | "strategies">): void {
  if (!o.strategies.routes || isTold(o) || before(o).length > 0) return;
  throw new CodedError("update-unrouted", { start: o.start.name });
}

/** Of the data of stage `i`, and before the first of what the model learnt before where nothing tells of it. */
export async function tellRoute(
  o: Routes,
  of: UpdateStage,
  { open, material, i }: { readonly open: OpenModel; readonly material: Material; readonly i: number },
): Promise<void> {
  const { session } = open;
  const means = await session.read(MEANS);
  const known = await session.read(KNOWN);
  const [parts, , hidden] = means.shape as readonly [number, number, number];
  const all = floats(means).slice();
  const labels = floats(known).slice();
  const told = async (part: number, rows: readonly Encoded[], count: number): Promise<void> => {
    all.set(await meanOf(o, of, session, { rows, hidden, padId: material.tokenizer.padId }), part * hidden);
    labels[part] = count;
  };
  // Of labels that nothing taught yet, those stand behind the ones that data had.
  const firsts = (until: number): number => 1 + Math.max(-1, ...seenBefore(o, until));
  const earlier = firsts(i);
  if (i === 0 && !isTold(o)) await told(0, await rowsBefore(o, of, material), earlier);
  await told(parts - 1, [material.rows], firsts(i + 1));
  await session.write(MEANS, { ...means, bytes: bytesOf(all) });
  await session.write(KNOWN, { ...known, bytes: bytesOf(labels) });
  await session.write(EARLIER, { dtype: "f32", shape: [1], bytes: bytesOf(Float32Array.of(earlier)) });
}

/** Rows that the model learnt from before, as they are read now. */
async function rowsBefore(
  o: Routes,
  { plan, name }: UpdateStage,
  { base, tokenizer }: Pick<Material, "base" | "tokenizer">,
): Promise<readonly Encoded[]> {
  const found: Encoded[] = [];
  for (const { plan: data, prepared } of before(o)) {
    const recipe = { ...plan.recipe, data };
    const encoding: Encoding = await encodingOf({ recipe }, base, tokenizer, o.labels, name);
    found.push(await encodeSplit(prepared, { data: data.name, split: trainedSplit(prepared) }, encoding));
  }
  return found;
}

/** [hidden]: the mean over rows of what the base alone says of each. */
async function meanOf(
  { stage: { signal, hostContext } }: Pick<Stages, "stage">,
  { plan }: UpdateStage,
  session: Pick<Session, "run">,
  { rows, hidden, padId }: { readonly rows: readonly Encoded[]; readonly hidden: number; readonly padId: number },
): Promise<Float32Array> {
  const size = plan.recipe.training.batch_size;
  const total = rows.reduce((n, { lengths }) => n + lengths.length, 0);
  const sum = new Float64Array(hidden);
  let done = 0;
  for (const own of rows)
    for (let from = 0; from < own.lengths.length; from += size) {
      signal?.throwIfAborted();
      const count = Math.min(size, own.lengths.length - from);
      const members = Uint32Array.from({ length: count }, (_, at) => from + at);
      const out = await session.run("evaluate", collate(own.ids, members, padId, { types: own.types }), ["pooled"]);
      const pooled = must(out["pooled"], "what the base says");
      floats(pooled).forEach((one, at) => (sum[at % lastOf(pooled.shape)]! += one));
      hostContext.onProgress?.({ label: "rows looked at for where they are sent", done: (done += count), total });
    }
  return Float32Array.from(sum, (one) => one / Math.max(1, total));
}
