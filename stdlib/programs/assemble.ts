/**
 * From a base, a task, a technique and an optimizer to the programs that an engine runs over one shared state:
 * `train` (forward, backward, update), `accumulate` and `apply` (the same in parts), `evaluate` (logits and
 * probabilities) and `loss` (evaluate with labels).
 */
import { buildAccumulate, buildApply } from "./accumulate.js";
import { buildEvaluate } from "./evaluate.js";
import { savedName } from "./model.js";
import type { Assembled, AssembleOptions } from "./options.js";
import { buildTrain } from "./train.js";

export function assemble(o: AssembleOptions): Assembled {
  const built = buildTrain(o);
  const trainable = built.trainable;
  const { saved } = o.technique.implementation;
  const { states } = o.optimizer.implementation;
  const constants = Object.values(o.task.implementation.standard ?? {});
  const weights = Object.keys(built.program.state).filter(
    (name) => !states.some((prefix) => name.startsWith(prefix)) && !constants.includes(name),
  );
  const kept = saved === "trained" ? trainable : weights;
  return {
    train: built.program,
    ...(o.accumulate && inParts(o)),
    evaluate: buildEvaluate(o, false),
    loss: buildEvaluate(o, true),
    trainable,
    saved: Object.fromEntries(kept.map((name) => [name, savedName(o, name)])),
    // What an optimizer keeps may differ from parameter to parameter (Adafactor factors matrices alone).
    resumable: [
      ...trainable.flatMap((name) => [
        name,
        ...states.map((prefix) => prefix + name).filter((state) => Object.hasOwn(built.program.state, state)),
      ]),
      ...constants,
    ],
  };
}

function inParts(o: AssembleOptions): Required<Pick<Assembled, "accumulate" | "apply">> {
  const accumulate = buildAccumulate(o);
  return { accumulate, apply: buildApply(o, accumulate) };
}
