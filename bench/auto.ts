/**
 * `tunebook bench auto [--sets a,b] [--budget 3min] [--peer]`: compares `sweep auto` with baselines on six real tasks.
 * One baseline is the default recipe with as much time: the best of as many seeds as fit, and a single seed. The others
 * are majority, and TF-IDF with a linear model (Tunebook's and scikit-learn's). `--peer` adds AutoGluon with the same
 * base and time. All learn from the same rows and are scored once on the test rows, with 95 % intervals and paired
 * differences.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import type { Auto, Told } from "./auto/ours.js";
import { DEFAULT, FOUND, ONCE, WORDS, SETS, type AutoSet } from "./auto/sets.js";
import { processor } from "./finetune/report.js";
import { lastLine } from "./last-line.js";
import { table } from "./table.js";

interface Options {
  readonly sets: string;
  readonly budget: string;
  readonly base: string;
  readonly engine: string;
  readonly rows?: number;
  readonly sklearn: boolean;
  readonly peer?: true;
  readonly json?: string;
}
interface Peer {
  readonly name: string;
  readonly value: number;
  readonly seconds?: number;
  readonly versions: string;
}
interface Tried extends Auto {
  readonly peers: readonly Peer[];
  readonly verdict: string;
}
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const onProgress = (line: string): void => console.error(line);

async function main(o: Options): Promise<void> {
  const chosen = o.sets.split(",").map((name) => {
    const set = SETS.find((one) => one.name === name);
    if (!set) throw new Error(`no set "${name}"; there are ${SETS.map((one) => one.name).join(", ")}`);
    return set;
  });
  const tried: Tried[] = [];
  for (const set of chosen) {
    const one = await trying(set, o);
    tried.push(one);
    console.error(`${set.name}: ${one.verdict}`);
    if (o.json !== undefined)
      writeFileSync(
        o.json,
        `${JSON.stringify({ at: new Date().toISOString(), processor: processor(), options: o, tried }, null, 1)}\n`,
      );
  }
  console.log(`${processor()}, Node ${process.version}; ${o.budget} a set`);
  console.log(table(["set", "rows", "by", "who", "test", "95 %", "− auto", "95 %", "seconds"], tried.flatMap(lines)));
  console.log(`\n${tried.map(({ set, verdict }) => `${set}: ${verdict}`).join("\n")}\n${summary(tried)}`);
}

async function trying(set: AutoSet, { budget, base, engine, rows, ...o }: Options): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-auto-rows-"));
  const file = join(folder, "rows.jsonl");
  try {
    const setting = { set: set.name, budget, base, engine, file, ...(rows !== undefined && { rows }) };
    const auto = await lastLine<Auto>(process.execPath, [path("./auto/ours.js"), JSON.stringify(setting)]);
    const peers = [
      ...(o.sklearn ? await byScikitLearn(set, file) : []),
      ...(o.peer && set.reads.kind === "label" ? [await byAutoGluon(set, file, auto.seconds.auto)] : []),
    ];
    return { ...auto, peers, verdict: verdictOf(auto, peers) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function byScikitLearn({ reads, metric }: AutoSet, file: string): Promise<readonly Peer[]> {
  const { python } = await ensurePythonEnv("oracles", { onProgress });
  const { kind, input, target } = reads;
  const asked = [
    path("../../bench/peers/sklearn_baselines.py"),
    file,
    "--kind",
    kind,
    "--input",
    input,
    "--target",
    target,
  ];
  const said = await lastLine<{
    readonly versions: string;
    readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  }>(python, asked);
  return Object.entries(said.scores)
    .filter(([name]) => name !== "majority")
    .map(([name, scores]) => ({
      name: `scikit-learn: ${name}`,
      value: scores[metric] ?? Number.NaN,
      versions: said.versions,
    }));
}

async function byAutoGluon({ reads, metric }: AutoSet, file: string, seconds: number): Promise<Peer> {
  const { python } = await ensurePythonEnv("autogluon", { onProgress });
  const { input, target } = reads;
  const asked = { input, target, metric, seconds: String(Math.round(seconds)) };
  const args = Object.entries(asked).flatMap(([name, value]) => [`--${name}`, value]);
  return {
    name: "autogluon.multimodal",
    ...(await lastLine<Omit<Peer, "name">>(python, [path("../../bench/peers/autogluon_text.py"), file, ...args])),
  };
}

/**
 * Returns a verdict such as `beats default, beats default, seed 0; below tf-idf by more than its interval`, or states
 * that no difference is shown.
 */
function verdictOf({ found: by, scored }: Auto, peers: readonly Peer[]): string {
  const beside = (name: string): Told["difference"] => scored.find((one) => one.name === name)?.difference;
  // Each difference is a rival's score minus the score of the sweep's best.
  const words = beside(WORDS)?.verdict;
  const against = (name: string): string => {
    const verdict = beside(name)?.verdict;
    return verdict === "worse" ? `beats ${name}` : verdict === "better" ? `below ${name}` : ahead(scored, name);
  };
  const [found] = scored;
  const over = peers.find(
    ({ name, value }) => name.includes("regression") && value > (found?.interval?.high ?? Number.POSITIVE_INFINITY),
  );
  return [
    against(DEFAULT),
    against(ONCE),
    words === "better"
      ? "below tf-idf by more than its interval"
      : words === "worse"
        ? "beats tf-idf"
        : words === undefined
          ? "no tf-idf of tags"
          : ahead(scored, WORDS),
    ...(by === FOUND ? [] : [`nothing was trained: ${by} is what was found`]),
    ...(over ? [`below ${over.name} by more than its interval`] : []),
  ].join("; ");
}
const UNSHOWN = ", no difference shown";
/** States that no difference is shown, and which of the two scores is higher. */
function ahead(scored: readonly Told[], name: string): string {
  const value = scored.find((one) => one.name === name)?.difference?.value ?? 0;
  const is = name === WORDS ? "tf-idf" : name;
  return value === 0 ? `as ${is}` : `${value < 0 ? "above" : "below"} ${is}${UNSHOWN}`;
}

function lines({
  set,
  rows,
  metric,
  found,
  scored,
  peers,
  seconds,
  trials,
  seeds,
}: Tried): readonly (readonly string[])[] {
  const took = (name: string): string =>
    name === FOUND
      ? `${seconds.auto.toFixed(0)} (${String(trials)} trials)`
      : name === DEFAULT
        ? `${seconds.default.toFixed(0)} (best of ${String(seeds)})`
        : "";
  const ends = (of: Told["interval"] | undefined): string => (of ? `${of.low.toFixed(3)} … ${of.high.toFixed(3)}` : "");
  const sizes = `${String(rows.train)} + ${String(rows.validation)} + ${String(rows.test)}`;
  return [
    ...scored.map(({ name, value, interval, difference }, i) => [
      ...[i === 0 ? set : "", i === 0 ? sizes : "", i === 0 ? metric : "", name === FOUND ? whoFound(found) : name],
      ...[value.toFixed(3), ends(interval), difference?.value.toFixed(3) ?? "", ends(difference?.interval), took(name)],
    ]),
    ...peers.map(({ name, value, seconds: spent }) => [
      ...["", "", "", name, value.toFixed(3), "", "", "", spent?.toFixed(0) ?? ""],
    ]),
  ];
}

const whoFound = (found: string): string => (found === FOUND ? "sweep auto" : `sweep auto: ${found}`);

function summary(tried: readonly Tried[]): string {
  const of = (says: (verdict: string) => boolean): string =>
    `${String(tried.filter(({ verdict }) => says(verdict)).length)} of ${String(tried.length)}`;
  const against = (name: string): string => {
    const says = (words: readonly string[]) => (verdict: string) =>
      verdict.split("; ").some((part) => words.some((word) => part.replace(UNSHOWN, "") === `${word} ${name}`));
    return `${of(says(["beats"]))}, above it: ${of(says(["beats", "above"]))}`;
  };
  return [
    `beats the default recipe, best of its seeds: ${against(DEFAULT)}`,
    `trained once: ${against(ONCE)}`,
    `below tf-idf by more than its interval: ${of((v) => v.includes("by more than its interval"))}`,
  ].join("; ");
}

const names = SETS.map(({ name }) => name).join(",");
const command = new Command("tunebook bench auto")
  .description("sweep auto on six real tasks, beside the default recipe with as much time and TF-IDF")
  .option("--sets <names>", `some of ${names}`, names)
  .option("--budget <duration>", "of each, as a program writes it", "3min")
  .option("--base <name>", "the default recipe's base", "all-MiniLM-L6-v2")
  .option("--engine <name>", "Tunebook's engine", "auto")
  .option("--rows <count>", "so many rows train, and of the others as large a part (default: all)", Number)
  .option("--no-sklearn", "without scikit-learn's TF-IDF")
  .option(
    "--peer",
    "AutoGluon's multimodal predictor beside it, with the same base and time (labels of texts alone; large)",
  )
  .option("--json <file>", "keep every result");
await main(command.parse().opts<Options>());
