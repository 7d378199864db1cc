/** Compares the labels that two models predict for the same rows. */
export interface LabelAgreement {
  /** Number of rows; for word-level tasks, of their words. */
  readonly of: number;
  readonly agree: number;
}

/** A model's logits per row: one per label, position after position. */
export interface LabelLogits {
  readonly outputs: readonly Float32Array[];
  readonly labels: readonly string[];
}

/** `several`: rows can have several labels, and their label sets are compared. */
export function labelAgreement(notebook: LabelLogits, deployed: LabelLogits, several: boolean): LabelAgreement {
  const [notebookLabels, other] = [notebook, deployed].map(({ outputs, labels }) =>
    outputs.map((logits) => (several ? [given(logits, labels)] : likeliest(logits, labels))),
  ) as [string[][], string[][]];
  const agree = notebookLabels.reduce(
    (sum, row, i) => sum + row.filter((label, k) => label === other[i]?.[k]).length,
    0,
  );
  return { of: notebookLabels.reduce((sum, row) => sum + row.length, 0), agree };
}

const given = (logits: Float32Array, labels: readonly string[]): string =>
  JSON.stringify(labels.filter((_, i) => logits[i]! > 0).sort());

function likeliest(logits: Float32Array, labels: readonly string[]): string[] {
  const width = labels.length;
  return Array.from({ length: Math.floor(logits.length / width) }, (_, place) => {
    const part = logits.subarray(place * width, (place + 1) * width);
    return labels[part.indexOf(Math.max(...part))] ?? "";
  });
}
