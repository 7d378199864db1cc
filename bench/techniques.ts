/**
 * `tunebook bench techniques`: measures every technique on real data, in one versioned table (bench/techniques.json and
 * bench/TECHNIQUES.md). Each row is a separate process that runs a Tune program. Rows already present with the same
 * recipe are reused, so the command can be interrupted and run again. `--quick`: a few rows of each data set and one
 * epoch, to check that everything works; it writes to the cache folder.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { version } from "#kernel/session/version.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { processor } from "./finetune/report.js";
import { fileOf, folder } from "./quality/dataset.js";
import type { Outcome } from "./quality/ours.js";
import { markdown } from "./quality/report.js";
import { readResults, withBaselines, withRow, writeResults, type Baseline, type Results } from "./quality/results.js";
import { programOf, TASKS, type QualityTask, type Row } from "./quality/tasks.js";
import { lastLine } from "./last-line.js";

interface Options {
  readonly tasks: string;
  readonly techniques?: string;
  readonly seeds?: number;
  readonly engine: string;
  readonly quick?: true;
  readonly again?: true;
  readonly baselines: boolean;
  readonly out?: string;
}
const COMMAND = "npx tunebook bench techniques";
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

async function main(o: Options): Promise<void> {
  const out = o.out ?? (o.quick ? join(folder(), "quick") : path("../../bench"));
  mkdirSync(out, { recursive: true });
  const json = join(out, "techniques.json");
  const tasks = chosen(o.tasks);
  let results = await readResults(json, o.quick ? `${COMMAND} --quick` : COMMAND);
  const save = async (next: Results): Promise<void> => {
    results = { ...next, rows: inOrder(next.rows) };
    await writeResults(json, results);
    writeFileSync(join(out, "TECHNIQUES.md"), markdown(results, TASKS));
  };
  const begun = performance.now();
  for (const task of tasks) {
    const file = await fileOf(task.set);
    for (const row of rowsOf(task, o)) {
      const next = await measured(row, file, o, results);
      if (next) await save(withRow(results, next));
    }
    if (o.baselines) await save(withBaselines(results, task.name, await baselinesOf(task, file)));
  }
  console.log(markdown(results, tasks));
  console.error(
    `${((performance.now() - begun) / 60_000).toFixed(1)} min; written: ${json}, ${join(out, "TECHNIQUES.md")}`,
  );
}

/** Sorts rows in the order of the tasks; rows of removed tasks and techniques are left out. */
function inOrder(rows: Results["rows"]): Results["rows"] {
  return TASKS.flatMap((task) =>
    task.techniques.flatMap((technique) =>
      rows.filter((row) => row.task === task.name && row.technique === technique).sort((a, b) => a.seed - b.seed),
    ),
  );
}

function chosen(names: string): readonly QualityTask[] {
  return names.split(",").map((name) => {
    const task = TASKS.find((t) => t.name === name);
    if (!task) throw new Error(`no task "${name}"; there are ${TASKS.map((t) => t.name).join(", ")}`);
    return task;
  });
}
function rowsOf(task: QualityTask, o: Options): readonly Row[] {
  const wanted = o.techniques?.split(",");
  const seeds = o.seeds ?? (o.quick ? 1 : task.seeds);
  return task.techniques
    .filter((technique) => !wanted || wanted.includes(technique) || wanted.includes(technique.replace(/\(.*/, "")))
    .flatMap((technique) => Array.from({ length: seeds }, (_, seed) => ({ task, technique, seed })));
}

/** Returns undefined if the row already exists. */
async function measured(
  row: Row,
  file: string,
  o: Options,
  results: Results,
): Promise<Results["rows"][number] | undefined> {
  const { task, technique, seed } = row;
  const name = `${task.name}-${technique.replace(/\W+/g, "-")}${o.quick ? "-quick" : ""}.tune`;
  const program = join(folder(), name);
  writeFileSync(program, programOf(row, file, { quick: o.quick ?? false, engine: o.engine }));
  const plan = await planOf(program);
  const before = results.rows.find((r) => r.task === task.name && r.technique === technique && r.seed === seed);
  if (before?.recipe === plan.recipeHash && !o.again) return undefined;
  const outcome = await lastLine<Outcome>(process.execPath, [
    path("./quality/ours.js"),
    program,
    ...(task.characters === undefined ? [] : [join(folder(), file), task.characters]),
  ]);
  const { optimizer } = plan.recipe.training;
  const { parameters, trainable } = plan.estimates;
  const score = outcome.scores[task.metrics[0]];
  console.error(
    `${task.name}, ${technique}, seed ${String(seed)}: ${String(score?.toFixed(3))} in ${outcome.seconds.toFixed(1)} s`,
  );
  return {
    task: task.name,
    technique,
    seed,
    recipe: plan.recipeHash,
    learning_rate: Number(optimizer.arguments["learning_rate"]),
    parameters,
    trainable,
    peak_mib: outcome.peakMiB,
    seconds: rounded(outcome.seconds),
    whole_seconds: rounded(outcome.wholeSeconds),
    steps: outcome.steps,
    scores: outcome.scores,
    engine: outcome.engine,
    processor: processor(),
    tunebook: version,
    at: new Date().toISOString(),
  };
}
const rounded = (seconds: number): number => Number(seconds.toFixed(2));

async function planOf(program: string): Promise<Plan> {
  const { diagnostics, sources, actions } = await checkFile(program, { trusted: true });
  const errors = diagnostics.filter((d) => d.severity === "error");
  const train = actions.find((action) => action.verb === "train");
  if (errors.length > 0 || !train) throw new Error(`${program}: ${JSON.stringify(diagnosticsToJson(errors, sources))}`);
  return train.plan;
}

async function baselinesOf(task: QualityTask, file: string): Promise<readonly Baseline[]> {
  const { python } = await ensurePythonEnv("oracles", { onProgress: (line) => console.error(line) });
  const { script, arguments: asked } = task.baseline;
  interface Said {
    readonly versions: string;
    readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  }
  const said = await lastLine<Said>(python, [path(`../../bench/peers/${script}`), join(folder(), file), ...asked]);
  return Object.entries(said.scores).map(([name, scores]) => ({
    task: task.name,
    name,
    scores,
    command: `bench/peers/${script} ${file} ${asked.join(" ")}`,
    versions: said.versions,
  }));
}

const command = new Command("tunebook bench techniques")
  .description("every technique on real data, in one versioned table; goes on where it was interrupted")
  .option("--tasks <names>", `some of ${TASKS.map((t) => t.name).join(",")}`, TASKS.map((t) => t.name).join(","))
  .option("--techniques <names>", "only these, e.g. lora,ia3")
  .option("--seeds <count>", "how many seeds, in place of each task's own number", Number)
  .option("--engine <name>", "Tunebook's engine", "auto")
  .option("--quick", "a few rows of each data set, one epoch, one seed")
  .option("--again", "measure rows that are there already too")
  .option("--no-baselines", "leave scikit-learn's lines as they are")
  .option("--out <folder>", "where the table goes (default: bench/)");
await main(command.parse().opts<Options>());
