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
      "An operation of the training graph was given tensors whose shapes or types don't fit. The path names the layer. " +
      "It usually means that `config.json` and the weights of a model folder do not belong together, or that a model of your own has a wrong size.",
  },
  "graph-unknown-op": {
    severity: "error",
    message: (d) =>
      d.formless ? `the operation "${d.op}" has no form here` : `the training graph has no operation "${d.op}"`,
    explain:
      "A program names an operation that this version doesn't have (it was probably written by a newer version), or that the engine or target has no form of.",
  },
  "graph-no-gradient": {
    severity: "error",
    message: (d) => `${d.path || d.op}: no gradient passes through ${d.op}`,
    help: () => "freeze what lies before it, or build that part from other operations",
    explain: "A trainable parameter lies behind an operation that can't be differentiated.",
  },
  "graph-invalid": {
    severity: "error",
    message: (d) => `the program is not valid: ${d.problem}`,
    explain: "A program broke a rule of its form: nodes in topological order, names that exist, types that agree.",
  },
  "round-not-finite": {
    severity: "error",
    message: () => "weights that are no finite numbers can't be rounded",
    help: () => "train the model again with a lower rate: it answers nothing as it is",
    explain:
      "Among the weights that shall become whole numbers is one that is NaN or infinite. No code stands for it, and what was written in its place would be another model.",
  },
  "graph-feed": {
    severity: "error",
    message: (d) => `input "${d.input}": ${d.problem}`,
    explain: "A program was run with an input missing, or of another type or shape than it declares.",
  },
};
