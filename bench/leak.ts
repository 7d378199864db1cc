/**
 * `tunebook bench leak`: runs many training steps of a tiny BERT (dropout, AdamW, varying lengths) in one session and
 * samples the memory of the process and the engine's host. Memory and open files must not grow with the number of
 * steps.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Command } from "commander";
import type { EngineName } from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { bert } from "#stdlib/models/bert.run.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { processor } from "./finetune/report.js";
import { batchOf, integers } from "./step/batch.js";
import { carrier } from "./step/carrier.js";
import { table } from "./table.js";

const CONFIG = {
  model_type: "bert",
  vocab_size: 500,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 64,
};
const LENGTHS = [8, 16, 24, 32];

interface Sample {
  readonly steps: number;
  /** Resident memory of this process, and of the engine's host. */
  readonly ownMiB: number;
  readonly hostMiB: number;
  readonly files: number;
}

async function run(engine: EngineName, steps: number): Promise<{ samples: readonly Sample[]; perSecond: number }> {
  const running = await startEngine({ engine });
  try {
    const task = { word: "text_classification", implementation: textClassification };
    const made = carrier(
      { family: bert, config: CONFIG, task, labels: 3, vocabulary: 500, targets: ["query", "value"] },
      { technique: "full", dropout: 0.1 },
    );
    const session = await running.open({ train: made.program }, []);
    const batches = LENGTHS.map((length) => batchOf({ batch: 4, length }, made));
    const samples: Sample[] = [];
    const begun = performance.now();
    for (let step = 1; step <= steps; step++) {
      const feeds = { ...batches[step % batches.length], step: integers([], [step]) };
      await session.run("train", feeds, ["loss", "norm"]);
      if (step % (steps / 10) === 0) samples.push(held(step, running.info.pid));
    }
    return { samples, perSecond: steps / ((performance.now() - begun) / 1e3) };
  } finally {
    await running.close();
  }
}

function held(steps: number, host: number): Sample {
  const files = (pid: number): number => readdirSync(`/proc/${String(pid)}/fd`).length;
  return {
    steps,
    ownMiB: residentMiB(process.pid),
    hostMiB: residentMiB(host),
    files: files(process.pid) + files(host),
  };
}
function residentMiB(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))![1]) / 1024);
}

const command = new Command("tunebook bench leak")
  .description("whether memory or open files follow the number of training steps (Linux)")
  .option("--engines <names>", "engines, by commas", "tensorflow,onnx,tfjs")
  .option("--steps <count>", "steps of each engine, a multiple of 10", Number, 10_000)
  .option("--json", "one line of JSON", false);
const { engines, steps, json } = command.parse().opts<{ engines: string; steps: number; json: boolean }>();
const results = [];
for (const engine of engines.split(",") as EngineName[]) results.push({ engine, ...(await run(engine, steps)) });
if (json) console.log(JSON.stringify({ processor: processor(), results }));
else {
  const rows = results.map(({ engine, samples, perSecond }) => [
    engine,
    samples.map((s) => s.hostMiB).join(" "),
    samples.map((s) => s.ownMiB).join(" "),
    `${String(samples[0]!.files)} – ${String(samples.at(-1)!.files)}`,
    perSecond.toFixed(0),
  ]);
  console.log(`${processor()}, Node ${process.version}, ${String(steps)} steps`);
  console.log(table(["engine", "host's MiB after each tenth", "client's", "open files", "steps/s"], rows));
}
