/**
 * Control variates of SCAFFOLD. `scaffold.correction/<name>` is c − c_i while a client trains, and
 * `scaffold.gradients/<name>` is the sum of its row gradients. In the paper's option II, K plain steps of rate η move x
 * to y; c_i − c + (x − y) / (K · η) then equals the mean gradient, whatever the corrections were. This code reports the
 * mean gradient for every optimizer, because the steps of other optimizers have other units.
 */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { stateVector } from "./shared/adaptive.js";
import { momentState } from "../optimizers/shared/clipping.js";
import { word } from "./scaffold.js";

const CORRECTION = "scaffold.correction/";
const GRADIENTS = "scaffold.gradients/";
const CONTROL = "control";

export const scaffold: AggregatorImplementation = {
  keeps: [CONTROL],
  step(call, { mean, given, share, saved }) {
    const { learning_rate } = argumentsWithDefaults(word, call);
    const [control, changes] = [stateVector(saved, CONTROL), stateVector(given, CONTROL)];
    for (let index = 0; index < control.length; index++) control[index]! += share * changes[index]!;
    return mean.map((delta) => learning_rate * delta);
  },
  local: {
    strategy: {
      states: [CORRECTION, GRADIENTS],
      // The linear loss term Σ correction · parameter.
      terms: () => [
        {
          needs: "parameters",
          reference: "none",
          gradients: (graph, parameters) =>
            parameters.map(({ name, value, gradient }) =>
              graph.withPath(name, () => gradient.add(momentState(graph, CORRECTION + name, value))),
            ),
        },
      ],
      afterUpdate(_call, graph, parameters) {
        for (const { name, value, gradient } of parameters) {
          const sum = momentState(graph, GRADIENTS + name, value);
          graph.update(GRADIENTS + name, sum.add(gradient));
        }
      },
    },
    keeps: [CONTROL],
    sent: [CONTROL],
    initialStates(_call, { weights, sent, saved }) {
      const [all, clientControl] = [stateVector(sent, CONTROL), stateVector(saved, CONTROL)];
      return {
        [CORRECTION]: all.map((c, index) => c - clientControl[index]!),
        [GRADIENTS]: new Float64Array(weights.length),
      };
    },
    after(_call, { steps, states, saved }) {
      const [sums, before] = [stateVector(states, GRADIENTS), stateVector(saved, CONTROL)];
      const now = steps === 0 ? before : sums.map((sum) => sum / steps);
      return { saved: { [CONTROL]: now }, given: { [CONTROL]: now.map((c, index) => c - before[index]!) } };
    },
  },
};
