/** A notebook of fifty open Tune cells, and one-line edits in it. */
export const CELLS = 50;

/** Returns cells that define data, a model and a recipe, train and evaluate, ten times over: about 300 lines. */
export function notebookCells(): readonly string[] {
  return Array.from({ length: CELLS / 5 }, (_, i) => [
    `data tickets${i} {
  source: csv("tickets.csv")
  columns: { text: body, label: team }
  clean: [unicode, drop_empty, drop_duplicates]
  split: random(train: 80%, validation: 10%, test: 10%)
}`,
    `// the ${i}th model
model router${i} {
  base: "all-MiniLM-L6-v2"
  task: text_classification
  technique: lora(rank: 8, targets: [query, value])
  max_length: 128
}`,
    `recipe quick${i} {
  epochs: 3
  batch_size: 16
  optimizer: adamw(learning_rate: 1e-3, weight_decay: 0.01)
  schedule: linear(warmup: 10%)
  early_stopping: patience(2)
}`,
    `train router${i} on tickets${i} with quick${i} {
  keep: best
  seed: 7
}`,
    `evaluate router${i} on tickets${i}.test { metrics: [accuracy, f1(macro)] }
predict router${i} on "The printer is on fire", "Where is my invoice?"`,
  ]).flat();
}

/** Returns the cell with one line changed, a different one each round: a number, a name, or sometimes a mistake. */
export function edited(cell: string, round: number): string {
  const lines = cell.split("\n");
  const at = round % lines.length;
  const line = lines[at] ?? "";
  lines[at] = /\d/.test(line) ? line.replace(/\d+/, String(1 + (round % 97))) : `${line} // ${String(round)}`;
  if (round % 10 === 9) lines[at] = line.slice(0, round % Math.max(1, line.length));
  return lines.join("\n");
}
