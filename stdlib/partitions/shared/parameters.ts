/** Parameters shared by partitions. */
import { defineParameter } from "#dsl/language/types/define.js";

export const clientsParameter = defineParameter({
  name: "clients",
  type: { is: "number", integer: true },
  doc: "How many clients there are.",
  range: { min: 2, max: 10_000 },
  positional: true,
  required: true,
  why: "With more clients, each has fewer rows, and their models differ more after a round.",
  impact: "high",
});
export const byColumnParameter = defineParameter({
  name: "by",
  type: { is: "column" },
  doc: "The column whose values are distributed unevenly.",
  default: { derived: "the rows' label", from: () => null },
  why: "Clients' models drift apart where their data differ: in labels, or in a column such as a language or a region.",
  impact: "high",
});
/** @param what continues the sentence "the smaller it is, the more" */
export const alphaParameter = (what: string) =>
  defineParameter({
    name: "alpha",
    type: { is: "number" },
    doc: `How even the shares are, which are drawn from a Dirichlet distribution: the smaller it is, ${what}.`,
    range: { min: 0, exclusive: true },
    default: { value: 0.5 },
    why: "At 0.5 most clients lack some labels; papers try 0.1 (nearly separate) to 100 (nearly even).",
    impact: "high",
  });
export const leastRowsParameter = defineParameter({
  name: "least",
  type: { is: "number", integer: true },
  doc: "Minimum rows of a client: shares are drawn again until each has this many.",
  range: { min: 1 },
  default: { value: 10 },
  why: "A handful of rows teaches nothing, and its score means nothing.",
  impact: "low",
});
export const partitionParameterAliases = {
  num_partitions: "clients",
  n_clients: "clients",
  num_clients: "clients",
  n_parties: "clients",
  partition_by: "by",
  label: "by",
  label_name: "by",
  target: "by",
} as const;
export const drawnPartitionParameterAliases = {
  ...partitionParameterAliases,
  concentration: "alpha",
  beta: "alpha",
  dirichlet_alpha: "alpha",
  min_partition_size: "least",
  min_require_size: "least",
  min_rows: "least",
} as const;
export const partitionAdvice = {
  seed: "remove it: the recipe's seed draws the clients, and the same rows give the same clients",
  shuffle: "remove it: rows are drawn by chance anyway",
} as const;
export const partitionColumn = ({
  by: column,
}: {
  readonly by: string | null;
}): { readonly column: string } | "label" => (column === null ? "label" : { column });
