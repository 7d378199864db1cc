/**
 * Control variates: `scaffold.correction/<name>` is c − c_i while a client trains, `scaffold.gradients/<name>` the sum of the
 * gradients of its rows. After K plain steps of rate η that moved x to y, c_i − c + (x − y) / (K · η), the paper's option II, is
 * the mean of these, whatever the corrections were; it is so told here for every optimizer, whose steps have other units.
 */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { vectorOf } from "./shared/adaptive.js";
import { moment } from "../optimizers/shared/clipping.js";
import { word } from "./scaffold.js";

const CORRECTION = "scaffold.correction/";
const GRADIENTS = "scaffold.gradients/";
const CONTROL = "control";

export const scaffold: AggregatorImplementation = {
  keeps: [CONTROL],
  step(call, { mean, given, share, kept }) {
    const { learning_rate } = argumentsOf(word, call);
    const [control, changes] = [vectorOf(kept, CONTROL), vectorOf(given, CONTROL)];
    for (let at = 0; at < control.length; at++) control[at]! += share * changes[at]!;
    return mean.map((delta) => learning_rate * delta);
  },
  local: {
    strategy: {
      states: [CORRECTION, GRADIENTS],
      // The linear term Σ correction · parameter.
      terms: () => [
        {
          needs: "parameters",
          reference: "none",
          gradients: (graph, parameters) =>
            parameters.map(({ name, value, gradient }) =>
              graph.at(name, () => gradient.add(moment(graph, CORRECTION + name, value))),
            ),
        },
      ],
      afterUpdate(_call, graph, parameters) {
        for (const { name, value, gradient } of parameters) {
          const sum = moment(graph, GRADIENTS + name, value);
          graph.update(GRADIENTS + name, sum.add(gradient));
        }
      },
    },
    keeps: [CONTROL],
    sent: [CONTROL],
    told(_call, { weights, sent, kept }) {
      const [all, own] = [vectorOf(sent, CONTROL), vectorOf(kept, CONTROL)];
      return { [CORRECTION]: all.map((c, at) => c - own[at]!), [GRADIENTS]: new Float64Array(weights.length) };
    },
    after(_call, { steps, states, kept }) {
      const [sums, before] = [vectorOf(states, GRADIENTS), vectorOf(kept, CONTROL)];
      const now = steps === 0 ? before : sums.map((sum) => sum / steps);
      return { kept: { [CONTROL]: now }, given: { [CONTROL]: now.map((c, at) => c - before[at]!) } };
    },
  },
};
