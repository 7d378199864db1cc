/** What a batch tells about its rows: the inputs of each kind of supervision. */
import type { Graph } from "#dsl/graph/builder.js";
import type { Supervised, Supervision } from "../kinds.js";

/** Whether the tokens of a text are what is learnt: the loss is a mean over targets, logits are over a vocabulary. */
export function learnsTokens(kind: Supervision): boolean {
  return kind !== "label";
}

export function supervise(graph: Graph, kind: Supervision): Supervised {
  if (kind === "label") return { labels: graph.input("labels", { dtype: "i32", shape: ["batch"] }) };
  return {
    targets: graph.input("targets", { dtype: "i32", shape: ["targets"] }),
    labels: graph.input("labels", { dtype: "i32", shape: ["targets"] }),
  };
}
