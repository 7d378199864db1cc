/**
 * Synaptic intelligence. Each parameter has the states `si.path/<name>` (how much its movement has reduced the loss
 * since the last data set), `si.importance/<name>` and `si.anchor/<name>`. The gradient is that of the rows' own loss,
 * unclipped.
 */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { momentState } from "../optimizers/shared/clipping.js";
import { quadraticPenalty } from "./shared/penalty.js";
import { word } from "./si.js";

const PATH = "si.path/";
const IMPORTANCE = "si.importance/";
const ANCHOR = "si.anchor/";

export const si: StrategyImplementation = {
  states: [PATH, IMPORTANCE, ANCHOR],
  anchors: [ANCHOR],
  terms: (call) => [
    quadraticPenalty({ factor: 2 * argumentsOf(word, call).strength, anchor: ANCHOR, importance: IMPORTANCE }),
  ],
  afterUpdate(_call, graph, parameters) {
    for (const { name, value, after, gradient } of parameters) {
      const path = momentState(graph, PATH + name, value);
      graph.update(PATH + name, path.subtract(gradient.multiply(after.subtract(value))));
    }
  },
  consolidate(call, graph, { parameters }) {
    const { damping } = argumentsOf(word, call);
    for (const { name, value } of parameters) {
      const [path, importance, anchor] = [PATH, IMPORTANCE, ANCHOR].map((prefix) =>
        momentState(graph, prefix + name, value),
      );
      if (!path || !importance || !anchor) continue;
      const far = value.subtract(anchor).square().add(damping);
      graph.update(IMPORTANCE + name, importance.add(path.maximum(0).divide(far)));
      graph.update(ANCHOR + name, value);
      graph.update(PATH + name, path.filled(0));
    }
  },
};
