/**
 * From a base, a task, a technique and an optimizer to the programs that an engine runs over one shared state:
 * `train` (forward, backward, update), `accumulate` and `apply` (the same in parts), `evaluate` (logits and
 * probabilities) and `loss` (evaluate with labels).
 */
import { buildAccumulate, buildApply } from "./accumulate.js";
import { buildEvaluate, buildFeatures } from "./evaluate.js";
import { savedName } from "./model.js";
import { EXTRA_STATES } from "./objective.js";
import type { Assembled, AssembleOptions } from "./options.js";
import { buildPrivate } from "./private.js";
import { buildTrain } from "./train.js";

export function assemble(o: AssembleOptions): Assembled {
  const built = buildTrain(o);
  const trainable = built.trainable;
  const { saved } = o.technique.implementation;
  const { states } = o.optimizer.implementation;
  const strategies = o.strategies ?? [];
  const keptBy = strategies.flatMap(({ implementation }) => implementation.states);
  const routes = o.technique.implementation.constants ?? [];
  const constants = [
    ...Object.values(o.task.implementation.standard ?? {}),
    ...routes,
    ...strategies.flatMap(({ implementation }) => implementation.constants ?? []),
  ];
  const weights = Object.keys(built.program.state).filter(
    (name) =>
      ![...states, ...keptBy, ...EXTRA_STATES].some((prefix) => name.startsWith(prefix)) && !constants.includes(name),
  );
  const own = trainable.filter((name) => !EXTRA_STATES.some((prefix) => name.startsWith(prefix)));
  const kept = [...(saved === "trained" ? own : weights), ...routes];
  const exact = o.technique.implementation.exact?.(o.technique.call) === true;
  const asked = {
    evaluate: once(() => buildEvaluate(o, false)),
    loss: once(() => buildEvaluate(o, true)),
    features: once(() => (exact ? buildFeatures(o) : null)),
  };
  return {
    train: built.program,
    ...(o.accumulate && !o.privacy && inParts(o)),
    ...(o.privacy && { private: buildPrivate(o, o.privacy) }),
    // Few of them are asked for at a time, and each takes as long as a forward pass is large.
    get evaluate() {
      return asked.evaluate();
    },
    get loss() {
      return asked.loss();
    },
    get features() {
      return asked.features();
    },
    carried: [...trainable.flatMap((name) => [name, ...keptBy.map((prefix) => prefix + name)]), ...constants],
    trainable,
    saved: Object.fromEntries(kept.map((name) => [name, savedName(o, name)])),
    // What an optimizer keeps may differ from parameter to parameter (Adafactor factors matrices alone).
    resumable: [
      ...trainable.flatMap((name) => [
        name,
        ...states.map((prefix) => prefix + name).filter((state) => Object.hasOwn(built.program.state, state)),
        ...keptBy.map((prefix) => prefix + name),
      ]),
      ...constants,
    ],
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function inParts(o: AssembleOptions): Required<Pick<Assembled, "accumulate" | "apply">> {
  const accumulate = buildAccumulate(o);
  return { accumulate, apply: buildApply(o, accumulate) };
}
