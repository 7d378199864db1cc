/** Diagnostic codes of the training graph. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface GraphCodeData {
  "graph-type": {
    readonly op: string;
    readonly path: string;
    readonly problem: string;
    readonly inputs: readonly string[];
  };
  /** `formless`: the op exists, but the program's target does not support it. */
  "graph-unknown-op": { readonly op: string; readonly formless?: true };
  "graph-no-gradient": { readonly op: string; readonly path: string };
  "graph-invalid": { readonly problem: string };
  "round-not-finite": Record<never, never>;
  "graph-feed": { readonly input: string; readonly problem: string };
}

export const graphCodes: CodeTable<GraphCodeData> = {
  "graph-type": {
    severity: "error",
    message: (d) => `${d.path || d.op}: ${d.op}(${d.inputs.join(", ")}): ${d.problem}`,
    help: () => "check the model's config against the shapes in its checkpoint",
    explain:
      "An operation of the training graph received tensors whose shapes or types do not fit. The path names the layer. " +
      "Usually `config.json` and the weights of a model folder do not match, or a model that you defined has a wrong size.",
  },
  "graph-unknown-op": {
    severity: "error",
    message: (d) =>
      d.formless ? `the operation "${d.op}" is not supported here` : `the training graph has no operation "${d.op}"`,
    explain:
      "A program uses an operation that this version does not have (a newer version probably wrote it), or that the engine or target does not support.",
  },
  "graph-no-gradient": {
    severity: "error",
    message: (d) => `${d.path || d.op}: no gradient passes through ${d.op}`,
    help: () => "freeze the layers before it, or build that part from other operations",
    explain: "A trainable parameter is behind an operation that cannot be differentiated.",
  },
  "graph-invalid": {
    severity: "error",
    message: (d) => `the program is not valid: ${d.problem}`,
    explain: "A program must list nodes in topological order, use only names that exist, and have matching types.",
  },
  "round-not-finite": {
    severity: "error",
    message: () => "weights that are NaN or infinite cannot be rounded",
    help: () => "train the model again with a lower learning rate: it cannot predict anything now",
    explain:
      "A weight to be converted to a whole number is NaN or infinite. No code represents it, and any replacement would change the model.",
  },
  "graph-feed": {
    severity: "error",
    message: (d) => `input "${d.input}": ${d.problem}`,
    explain: "A program ran with an input that is missing, or whose type or shape differs from its declaration.",
  },
};
