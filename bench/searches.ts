/**
 * `tunebook bench searches [--searches tpe,sobol,random] [--problems …] [--seeds 20] [--trials 60]`: measures the
 * distance of searches to the optimum, compared with Optuna's samplers on the same functions. It reports the median
 * over the seeds and the interquartile range. Target: Tunebook's median lies within Optuna's interquartile range, or is
 * better. For two objectives it reports the missing hypervolume. `--times N`: the time of a suggestion after N trials
 * of ten dimensions.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import type { SearchDimension, StudyTrial } from "#stdlib/searches/kind.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { searched, searchOf } from "./searches/ours.js";
import { PROBLEMS, regretOf, type Problem, type Tried } from "./searches/problems.js";
import { table } from "./table.js";

interface Options {
  readonly searches: string;
  readonly problems: string;
  readonly seeds: number;
  readonly trials: number;
  readonly times: number;
  readonly peer: boolean;
}
interface Answer {
  readonly problem: string;
  readonly sampler: string;
  readonly seed: number;
  readonly trials: readonly Tried[];
  readonly seconds: number;
}
/** Optuna's samplers for each search: with Tunebook's settings of the same name, and with Optuna's defaults. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  tpe: ["tpe", "tpe as it stands"],
  random: ["random"],
  sobol: ["sobol"],
  gp: ["gp"],
};
const list = (text: string): readonly string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((one) => one.trim())
    .filter(Boolean);

async function main(o: Options): Promise<void> {
  const searches = list(o.searches);
  const problems = PROBLEMS.filter(({ name }) => list(o.problems).includes(name));
  if (o.times > 0) return console.log(await timesOf(searches, o.times));
  const samplers = [...new Set(searches.flatMap((text) => PEERS[text.replace(/\(.*/, "")] ?? []))];
  const answers = o.peer ? await answersOf({ problems, samplers, seeds: o.seeds, trials: o.trials }) : [];
  for (const answer of answers) hold(answer, problems);
  const rows: string[][] = [];
  for (const problem of problems)
    for (const text of searches) {
      const search = await searchOf(text);
      const runs = Array.from({ length: o.seeds }, (_, i) => searched(search, problem, i + 1, o.trials));
      const own = quartiles(runs.map(({ trials }) => regretOf(problem, trials)));
      rows.push([problem.name, text, told(own), "", milliseconds(runs, o.trials)]);
      for (const sampler of PEERS[search.call.word] ?? []) {
        const of = answers.filter((one) => one.problem === problem.name && one.sampler === sampler);
        if (of.length === 0) continue;
        const peer = quartiles(of.map(({ trials }) => regretOf(problem, trials)));
        rows.push(["", `Optuna: ${sampler}`, told(peer), verdict(own, peer), milliseconds(of, o.trials)]);
      }
    }
  console.log(`${o.trials} trials, ${o.seeds} seeds: regret, median (middle half)`);
  console.log(table(["problem", "search", "regret", "ours is", "ms a suggestion"], rows));
}

/** Yields Optuna's answers line by line as they arrive. */
async function answersOf(wanted: {
  readonly problems: readonly Problem[];
  readonly samplers: readonly string[];
  readonly seeds: number;
  readonly trials: number;
}): Promise<readonly Answer[]> {
  // Optuna's Gaussian process needs torch, which is large. Its environment is only installed on request.
  const group = wanted.samplers.includes("gp") ? "optuna-gp" : "optuna";
  const { python } = await ensurePythonEnv(group, { onProgress: (line) => console.error(line) });
  const program = fileURLToPath(new URL("../../bench/peers/optuna_searches.py", import.meta.url));
  const child = spawn(python, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const answers: Answer[] = [];
  child.stdin.end(JSON.stringify(wanted));
  for await (const line of createInterface({ input: child.stdout })) answers.push(JSON.parse(line) as Answer);
  const count = wanted.problems.length * wanted.samplers.length * wanted.seeds;
  if (answers.length < count) throw new Error(`Optuna ended after ${answers.length} of ${count} searches`);
  return answers;
}

/** Checks that both sides evaluate the same function. */
function hold({ problem, trials }: Answer, problems: readonly Problem[]): void {
  const own = problems.find(({ name }) => name === problem);
  if (!own || own.noise > 0) return;
  for (const { point, values } of trials)
    own.of(point).forEach((value, i) => {
      if (Math.abs(value - values[i]!) > 1e-9 * Math.max(1, Math.abs(value)))
        throw new Error(`${problem} is ${value} here and ${values[i]!} there at ${JSON.stringify(point)}`);
    });
}

type Quartiles = readonly [low: number, middle: number, high: number];
function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (above - below) * (place - Math.floor(place));
  };
  return [at(0.25), at(0.5), at(0.75)];
}
const told = ([low, middle, high]: Quartiles): string =>
  `${middle.toPrecision(3)} (${low.toPrecision(3)} … ${high.toPrecision(3)})`;

function verdict(own: Quartiles, peer: Quartiles): string {
  return own[1] < peer[0]
    ? "better"
    : own[1] <= peer[1]
      ? "inside, ahead"
      : own[1] <= peer[2]
        ? "inside, behind"
        : "WORSE";
}
function milliseconds(runs: readonly { readonly seconds: number }[], trials: number): string {
  return ((1000 * runs.reduce((sum, { seconds }) => sum + seconds, 0)) / (runs.length * trials)).toFixed(2);
}

/** Numbers, integers, steps and a choice, as in a large sweep. */
const TEN: readonly SearchDimension[] = Array.from({ length: 10 }, (_, i) => {
  const name = `x${i}`;
  if (i % 5 === 4) return { name, kind: "choice", size: 4 };
  const number = { name, kind: "number", scale: i % 2 === 0 ? "linear" : "log", from: 1, to: 1000 } as const;
  return i % 5 === 3 ? { ...number, integer: true } : { ...number, integer: false };
});

async function timesOf(searches: readonly string[], count: number): Promise<string> {
  const random = await searchOf("random");
  const rows: string[][] = [];
  for (const text of searches) {
    const search = await searchOf(text);
    const trials: StudyTrial[] = [];
    const study = { dimensions: TEN, objectives: 1, seed: 1, trials, wanted: null, allows: () => true };
    for (let number = 1; number <= count; number++) {
      const point = random.does.suggest(random.call, study, number) ?? {};
      const scores = [-Object.values(point).reduce((sum, value) => sum + Math.log1p(value), 0)];
      trials.push({ number, point, state: "done", scores, reports: [], violation: 0 });
    }
    const times = Array.from({ length: 5 }, (_, i) => {
      const began = performance.now();
      search.does.suggest(search.call, study, count + 1 + i);
      return performance.now() - began;
    });
    rows.push([text, quartiles(times)[1].toFixed(1)]);
  }
  return table([`after ${count} trials of ten dimensions`, "ms a suggestion"], rows);
}

const command = new Command("tunebook bench searches")
  .description("regret of searches beside Optuna's samplers, and how long a suggestion takes")
  .option("--searches <words>", "searches of ours, by commas", "tpe,sobol,random")
  .option("--problems <names>", "problems, by commas", PROBLEMS.map(({ name }) => name).join(","))
  .option("--seeds <count>", "searches of each", Number, 20)
  .option("--trials <count>", "trials of each search", Number, 60)
  .option("--times <count>", "only how long a suggestion takes after so many trials", Number, 0)
  .option("--no-peer", "without Optuna");
await main(command.parse().opts<Options>());
