/** The quickstart's training as a Tune program, with every setting that the peer also sets explicitly. */
export interface Setting {
  readonly data: string;
  readonly technique: "full" | "lora";
  readonly rate: number;
  readonly seed: number;
  readonly engine: string;
}

/** Learning rate per technique, the same for both programs of a comparison. */
export const rates = { full: 1e-4, lora: 2e-3 } as const;

export function program({ data, technique, rate, seed, engine }: Setting): string {
  const how = technique === "full" ? "full" : "lora(rank: 8, alpha: 16, targets: [query, value])";
  return `engine { engine: ${engine} }
data reviews {
  source: csv(${JSON.stringify(data)})
  columns: { text: text, label: label }
  split: by_column(part)
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${how}, max_length: 128 }
recipe quick {
  epochs: 3
  batch_size: 32
  optimizer: adamw(learning_rate: ${rate}, weight_decay: 0.01)
  schedule: linear(warmup: 6%)
  clip: 1.0
  keep: last
  seed: ${seed}
}
train mood on reviews with quick
evaluate mood on reviews.test { metrics: [accuracy] }
`;
}
