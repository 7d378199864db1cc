import { defineWord } from "#dsl/language/types/define.js";
import { strengthParameter } from "./shared/parameters.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { momentState } from "../optimizers/shared/clipping.js";
import { quadraticPenalty } from "./shared/penalty.js";

export const word = defineWord({
  kind: "strategy",
  name: "si",
  doc: "Synaptic intelligence: during training it accumulates how much each weight's changes lowered the loss, and keeps important weights near their values: strength · Σ Ω (θ − θ*)² is added to the loss. It needs no extra pass over rows.",
  example: "strategy: si(strength: 0.1)",
  references: [
    {
      title: "Continual Learning Through Synaptic Intelligence",
      by: "Zenke, Poole and Ganguli",
      year: 2017,
      url: "https://arxiv.org/abs/1703.04200",
    },
  ],
  elsewhere: {
    SynapticIntelligence: "si",
    synaptic_intelligence: "si",
    si_lambda: "strength",
    c: "strength",
    epsilon: "damping",
    eps: "damping",
    xi: "damping",
  },
  parameters: [
    strengthParameter(
      0.1,
      "Weight of the penalty, relative to the rows' loss (c in the paper).",
      "The paper's value for images; text needs 0.1 to 1.",
    ),
    {
      name: "damping",
      type: { is: "number" },
      doc: "Added to the square of a weight's total change before dividing by it (ξ in the paper).",
      range: { min: 0, exclusive: true },
      default: { value: 0.1 },
      why: "It prevents a weight that hardly changed from being fixed for good.",
      impact: "medium",
    },
  ],
  load: () => Promise.resolve(si),
});

/**
 * Synaptic intelligence. Each parameter has the states `si.path/<name>` (how much its movement has reduced the loss
 * since the last data set), `si.importance/<name>` and `si.anchor/<name>`. The gradient is that of the rows' own loss,
 * unclipped.
 */
const PATH = "si.path/";
const IMPORTANCE = "si.importance/";
const ANCHOR = "si.anchor/";

const si: StrategyImplementation = {
  states: [PATH, IMPORTANCE, ANCHOR],
  anchors: [ANCHOR],
  terms: (call) => [
    quadraticPenalty({
      factor: 2 * argumentsWithDefaults(word, call).strength,
      anchor: ANCHOR,
      importance: IMPORTANCE,
    }),
  ],
  afterUpdate(_call, graph, parameters) {
    for (const { name, value, after, gradient } of parameters) {
      const path = momentState(graph, PATH + name, value);
      graph.update(PATH + name, path.subtract(gradient.multiply(after.subtract(value))));
    }
  },
  consolidate(call, graph, { parameters }) {
    const { damping } = argumentsWithDefaults(word, call);
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
