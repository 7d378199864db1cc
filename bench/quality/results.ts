/**
 * The table as data: `techniques.json`. Its schema has a version. A row is stored under the hash of its recipe (data,
 * base, all settings including defaults), so a second run computes only missing or changed rows.
 */
import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";

export const SCHEMA = 1;

export interface Measured {
  readonly task: string;
  readonly technique: string;
  readonly seed: number;
  /** Hash of everything that can change the score. */
  readonly recipe: string;
  readonly learning_rate: number;
  readonly parameters: number;
  readonly trainable: number;
  /** Peak resident memory of the engine's process, MiB; 0 where the system does not report it. */
  readonly peak_mib: number;
  /** Duration of the training loop. */
  readonly seconds: number;
  /** Duration of loading, compiling, training and evaluating. */
  readonly whole_seconds: number;
  readonly steps: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly engine: string;
  readonly processor: string;
  readonly tunebook: string;
  readonly at: string;
}
export interface Baseline {
  readonly task: string;
  readonly name: string;
  readonly scores: Readonly<Record<string, number>>;
  /** Command that printed the result. */
  readonly command: string;
  readonly versions: string;
}
export interface Results {
  readonly schema: typeof SCHEMA;
  readonly command: string;
  readonly rows: readonly Measured[];
  readonly baselines: readonly Baseline[];
}

/** Returns empty results if the file is missing. Throws an error if it has another schema. */
export async function readResults(file: string, command: string): Promise<Results> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { schema: SCHEMA, command, rows: [], baselines: [] };
  }
  const found = JSON.parse(text) as { readonly schema: number };
  if (found.schema !== SCHEMA)
    throw new Error(
      `${file} has schema ${String(found.schema)}, this program writes ${String(SCHEMA)}: move the file away`,
    );
  return found as Results;
}

export async function writeResults(file: string, results: Results): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** Replaces the row of the same task, technique and seed, or adds the row. */
export function withRow(results: Results, row: Measured): Results {
  const same = (r: Measured): boolean => r.task === row.task && r.technique === row.technique && r.seed === row.seed;
  return { ...results, rows: [...results.rows.filter((r) => !same(r)), row] };
}
export function withBaselines(results: Results, task: string, baselines: readonly Baseline[]): Results {
  return { ...results, baselines: [...results.baselines.filter((b) => b.task !== task), ...baselines] };
}
