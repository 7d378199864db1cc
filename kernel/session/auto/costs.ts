/** What a training of each base in each way takes here, as the plan estimates it, or as the probe's reading tells where nothing was measured yet. */
import type { Left } from "../../core/auto/auto.js";
import type { Candidate, Way } from "../../core/auto/candidates.js";
import { wayOn } from "../../core/auto/propose.js";
import { batchFor, lengthFor } from "../../core/auto/rules.js";
import { WAYS } from "../../core/auto/ways.js";
import type { AroundAuto } from "./around.js";
import { textOf, trainingOf } from "./around.js";
import type { Able } from "./looked.js";
import type { Probed } from "./probes.js";

/** Effort of a training beside that of reading: forward and one product backward, or two. */
const BACKWARD = { frozen: 2, whole: 3 } as const;

export async function candidates(
  around: AroundAuto,
  able: readonly Able[],
  probed: readonly Probed[],
): Promise<readonly Candidate[]> {
  const { goal } = around.action.auto;
  const found: Candidate[] = [];
  for (const one of able) {
    around.stage.signal?.throwIfAborted();
    const probe = probed.find(({ contestant }) => contestant.base === one.looked.name);
    const score = probe?.contestant.score;
    const worth = score === undefined || Number.isNaN(score) ? null : goal.direction === "maximize" ? score : -score;
    const by = await waysOf(around, one, probe);
    found.push({ base: one.looked.name, worth, lengths: one.looked.lengths, positions: one.positions, ...by });
  }
  return found;
}

async function waysOf(
  around: AroundAuto,
  one: Able,
  probe: Probed | undefined,
): Promise<Required<Pick<Candidate, "ways" | "refused">>> {
  const { data, task, fixed } = around.action.auto;
  const { rows } = one.plan.estimates;
  const length = lengthFor(one.looked.lengths, one.positions);
  const timed = fixed["epochs"] !== undefined || fixed["steps"] !== undefined;
  const settings = {
    batch_size: String(batchFor(rows).size),
    ...fixed,
    ...(!timed && { epochs: "1" }),
  };
  const recipe = Object.entries(settings).map(([key, value]) => `${key}: ${value}`);
  const ways: Way[] = [];
  const refused: Left[] = [];
  for (const way of WAYS) {
    const model = [
      `base: ${JSON.stringify(one.looked.name)}, task: ${textOf(around, task)}, technique: ${way.technique}`,
      ...(length ? [`max_length: ${String(length.most)}`] : []),
    ];
    const text = `model found_base { ${model.join(", ")} }\ntrain found_base on ${data.name} as found_try { ${recipe.join(", ")} }`;
    const found = await trainingOf(around, text, `${one.looked.name} ${way.technique}`);
    if ("why" in found) {
      refused.push({ what: wayOn(one.looked.name, way.technique), why: found.why });
      continue;
    }
    const { estimates, recipe: made } = found.plan;
    const rate = made.training.optimizer.arguments["learning_rate"];
    const secondsAnEpoch = estimates.seconds ?? guessed(estimates.rows, way.technique === "full", probe);
    ways.push({ ...way, rate: typeof rate === "number" ? rate : 1e-3, secondsAnEpoch });
  }
  return { ways, refused };
}

/** From what the base took to read the rows: of a machine on which nothing was trained yet. */
function guessed(rows: number, whole: boolean, probe: Probed | undefined): number {
  const read = probe?.contestant.latency ?? 10;
  return ((rows * read) / 1000) * (whole ? BACKWARD.whole : BACKWARD.frozen);
}
