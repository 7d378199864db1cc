/** A notebook with a model trained on one of three data sets, for updates on the others. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { readExemplars } from "#kernel/runs/continual-state.js";
import { readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

export type Exemplars = ReturnType<typeof readExemplars>;
export const recipe = "epochs: 2, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), keep: last";

export function floatsOf(file: string, name: string): Float32Array {
  const { bytes } = readTensor(file, name);
  return new Float32Array(bytes.slice().buffer);
}

/** Model `m` is trained on `d`. `e` has one label of `d` and one new label; `f` has two new ones. */
export async function threeDataSets(): Promise<NotebookOfOne> {
  const book = new NotebookOfOne();
  writeSmallTraining(book.folder);
  const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n").slice(1);
  const second = rows.slice(0, 32).map((row) => row.replace(/,yes$/, ",maybe"));
  const third = rows.slice(32).map((row) => row.replace(/,yes$/, ",often").replace(/,no$/, ",never"));
  writeFileSync(join(book.folder, "second.csv"), ["text,label", ...second].join("\n"));
  writeFileSync(join(book.folder, "third.csv"), ["text,label", ...third].join("\n"));
  await book.run(`${definitions}
data e like d { source: csv("second.csv") }
data f like d { source: csv("third.csv") }
train m on d { ${recipe} }`);
  return book;
}
