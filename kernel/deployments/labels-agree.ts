/** The labels that two models give to the same rows: of how many they say the same. */
export interface LabelAgreement {
  /** Rows; where words are told apart, their words. */
  readonly of: number;
  readonly agree: number;
}

/** What a model said of each row: logits, as many as there are labels, of each place one after the other. */
export interface LabelOutputs {
  readonly outputs: readonly Float32Array[];
  readonly labels: readonly string[];
}

/** `several`: each label is given or not, by itself, and a row's sets of them are held beside each other. */
export function labelAgreement(notebook: LabelOutputs, deployed: LabelOutputs, several: boolean): LabelAgreement {
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
