/**
 * Computes one row with Tunebook in a separate process: runs a Tune program as `tunebook run` does and prints one JSON
 * line. `seconds` is the training loop with its checkpoints, without loading, compiling and evaluating.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { runTuneFile } from "#kernel/features/run-file.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { watchChildren } from "./memory.js";

export interface Outcome {
  readonly engine: string;
  readonly peakMiB: number;
  readonly seconds: number;
  readonly wholeSeconds: number;
  readonly steps: number;
  readonly scores: Readonly<Record<string, number>>;
}

/** Texts whose characters are counted: a column of the rows of a JSON lines file where `part` is test. */
export interface Counted {
  readonly file: string;
  readonly column: string;
}

async function main(file: string, counted: Counted | null): Promise<void> {
  const runs = mkdtempSync(join(tmpdir(), "tunebook-techniques-"));
  try {
    const watch = watchChildren();
    const silent = { display: () => undefined, update: () => undefined };
    const result = await runTuneFile(file, { runs, screen: silent });
    const peakMiB = watch.stop();
    const evaluation = result.evaluations[0];
    if (!result.ok || !evaluation) throw new Error(`${file} failed`);
    const run = RunFolder.open(join(runs, readdirSync(runs)[0]!));
    const events = run.events();
    const stopped = events.find((e) => e.kind === "stopped");
    const outcome: Outcome = {
      engine: events.find((e) => e.kind === "started")?.engine ?? "",
      peakMiB,
      seconds: stopped?.seconds ?? Number.NaN,
      wholeSeconds: result.seconds.reduce((sum, s) => sum + s.seconds, 0),
      steps: stopped?.step ?? 0,
      scores: {
        ...evaluation.metrics,
        ...(counted && {
          bits_per_character: await bitsPerCharacter(evaluation.metrics["loss"]!, join(run.path, "model"), counted),
        }),
      },
    };
    console.log(JSON.stringify(outcome));
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
}

/**
 * Converts the loss per token in nats. No model predicts the first token of a text, since nothing precedes it. It
 * counts as uniformly distributed over the vocabulary. The end of a text counts as a token and as a character.
 */
async function bitsPerCharacter(loss: number, model: string, { file, column }: Counted): Promise<number> {
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
  const texts = rows.filter((row) => row["part"] === "test").map((row) => row[column]!);
  const tokenizer = await loadTokenizer(model);
  const ids = await tokenizer.encode(texts, Number.MAX_SAFE_INTEGER);
  const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8")) as { readonly vocab_size: number };
  const predicted = ids.reduce((sum, row) => sum + row.length, 0);
  const bits = (predicted * loss) / Math.LN2 + texts.length * Math.log2(config.vocab_size);
  return bits / texts.reduce((sum, text) => sum + Array.from(text).length + 1, 0);
}

const [file = "", data, column] = process.argv.slice(2);
await main(file, data !== undefined && column !== undefined ? { file: data, column } : null);
