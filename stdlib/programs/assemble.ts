/**
 * Assembles the programs of a training from a base, a task, a technique and an optimizer. They run on the engine over
 * one shared state: `train` (forward, backward, update), `accumulate` and `apply` (the same in parts), `evaluate`
 * (logits and probabilities) and `loss` (evaluate with labels).
 */
import { buildGradientAccumulationProgram, buildAccumulatedUpdateProgram } from "./accumulate.js";
import { buildEvaluateProgram, buildHeadInputProgram } from "./evaluate.js";
import { savedStateName } from "./model.js";
import { NON_MODEL_STATE_PREFIXES } from "./objective.js";
import type { AssembledPrograms, AssembleOptions } from "./options.js";
import { buildPrivateTrainingPrograms } from "./private.js";
import { buildTrainProgram } from "./train.js";

export function assemblePrograms(options: AssembleOptions): AssembledPrograms {
  const built = buildTrainProgram(options);
  const trainable = built.trainable;
  const { saved } = options.technique.implementation;
  const { states } = options.optimizer.implementation;
  const strategies = options.strategies ?? [];
  const keptBy = strategies.flatMap(({ implementation }) => implementation.states);
  const routes = options.technique.implementation.constants ?? [];
  const constants = [
    ...Object.values(options.task.implementation.standard ?? {}),
    ...routes,
    ...strategies.flatMap(({ implementation }) => implementation.constants ?? []),
  ];
  const weights = Object.keys(built.program.state).filter(
    (name) =>
      ![...states, ...keptBy, ...NON_MODEL_STATE_PREFIXES].some((prefix) => name.startsWith(prefix)) &&
      !constants.includes(name),
  );
  const ownStates = trainable.filter((name) => !NON_MODEL_STATE_PREFIXES.some((prefix) => name.startsWith(prefix)));
  const savedStates = [...(saved === "trained" ? ownStates : weights), ...routes];
  const exact = options.technique.implementation.exact?.(options.technique.call) === true;
  const onDemand = {
    evaluate: once(() => buildEvaluateProgram(options, false)),
    loss: once(() => buildEvaluateProgram(options, true)),
    features: once(() => (exact ? buildHeadInputProgram(options) : null)),
  };
  return {
    train: built.program,
    ...(options.accumulate && !options.privacy && inParts(options)),
    ...(options.privacy && { private: buildPrivateTrainingPrograms(options, options.privacy) }),
    // Built on demand: few of these programs are needed at a time, and each takes as long to build as a forward pass is
    // large.
    get evaluate() {
      return onDemand.evaluate();
    },
    get loss() {
      return onDemand.loss();
    },
    get features() {
      return onDemand.features();
    },
    carried: [...trainable.flatMap((name) => [name, ...keptBy.map((prefix) => prefix + name)]), ...constants],
    trainable,
    saved: Object.fromEntries(savedStates.map((name) => [name, savedStateName(options, name)])),
    // Optimizer states may differ between parameters (Adafactor factors matrices only).
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

function inParts(options: AssembleOptions): Required<Pick<AssembledPrograms, "accumulate" | "apply">> {
  const accumulate = buildGradientAccumulationProgram(options);
  return { accumulate, apply: buildAccumulatedUpdateProgram(options, accumulate) };
}
