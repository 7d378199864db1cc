/**
 * `tunebook bench label-issues [--flips SHARE] [--seeds N] [--only SET,…] [--peer | --trained EPOCHS]`: flips a share
 * of the labels of real data sets, drawn by seed, and checks the rows that `label_issues` names. It reports precision
 * and recall as means over the seeds, with minimum and maximum. A named row is right if its label was flipped. Columns:
 * "and what" is how often the suggested label equals the original one; "judges" is the judges' accuracy on the given
 * labels. "share" and "says" are the estimated shares of wrong labels, among all labels and among those named.
 * `--peer`: also runs cleanlab's methods on the same predicted probabilities. `--trained`: compares with the findings
 * of a training on those labels.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { suspectedLabels, estimateLabelNoise, type SuspectedLabel } from "#kernel/data/judging/judges.js";
import type { LabelNoiseEstimate } from "#kernel/data/judging/noise.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { flipped } from "./judging/flips.js";
import { SETS, vectorsOf, type JudgedSet } from "./judging/sets.js";
import { byEach, issuesAfterTraining } from "./judging/trained.js";
import { table } from "./table.js";

interface Options {
  readonly flips: string;
  readonly seeds: string;
  readonly only?: string;
  readonly peer?: true;
  readonly trained?: string;
}
interface Case {
  readonly set: string;
  readonly labels: Int32Array;
  readonly said: LabelNoiseEstimate;
  readonly found: readonly SuspectedLabel[];
  readonly count: number;
  readonly own: Int32Array;
  readonly turned: ReadonlySet<number>;
}
const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / Math.max(1, of.length);
type Found = readonly { readonly row: number; readonly likely?: number }[];
const BY = ["prune_by_noise_rate", "both", "confident_learning"] as const;

async function cleanlab(cases: readonly Case[]): Promise<readonly Record<(typeof BY)[number], number[]>[]> {
  const { python } = await ensurePythonEnv("cleanlab", { onProgress: (line) => console.error(line) });
  const program = fileURLToPath(new URL("../../bench/peers/cleanlab_issues.py", import.meta.url));
  const given = cases.map(({ labels, said: { chances }, count }) => ({
    by: BY,
    labels: [...labels],
    chances: Array.from(labels, (_, row) => [...chances.subarray(row * count, (row + 1) * count)]),
  }));
  return new Promise((resolve, reject) => {
    const child = spawn(python, [program], { stdio: ["pipe", "pipe", "inherit"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => void (out += piece));
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out) as Record<(typeof BY)[number], number[]>[]);
      else reject(new Error(`cleanlab ended with ${String(code)}`));
    });
    child.stdin.end(JSON.stringify(given));
  });
}

/** Runs one draw per data set. */
async function trained(sets: readonly JudgedSet[], share: number, epochs: number): Promise<void> {
  const lines: (readonly string[])[] = [];
  for (const set of sets) {
    const rows = await set.rows();
    const names = [...new Set(rows.map(({ label }) => label))].sort();
    const own = Int32Array.from(rows, ({ label }) => names.indexOf(label));
    const { labels, turned } = flipped(own, names.length, share, 1);
    const given = Array.from(labels, (label) => names[label]!);
    const texts = rows.map(({ text }) => text);
    const issues = await issuesAfterTraining(texts, given, epochs);
    lines.push(...byEach(issues, turned).map((line) => [set.name, String(turned.size), ...line]));
  }
  console.log(table(["set", "turned", "by", "named", "precision", "recall"], lines));
}

async function main(o: Options): Promise<void> {
  const only = o.only?.split(",");
  const sets = SETS.filter(({ name }) => !only || only.includes(name));
  if (o.trained !== undefined) return trained(sets, Number(o.flips), Number(o.trained));
  const seeds = Array.from({ length: Number(o.seeds) }, (_, i) => i + 1);
  const cases: Case[] = [];
  for (const set of sets) {
    const rows = await set.rows();
    const names = [...new Set(rows.map(({ label }) => label))].sort();
    const own = Int32Array.from(rows, ({ label }) => names.indexOf(label));
    const texts = rows.map(({ text }) => text);
    const vectors = await vectorsOf(set.name, texts);
    for (const seed of seeds) {
      const { labels, turned } = flipped(own, names.length, Number(o.flips), seed);
      const said = estimateLabelNoise(texts, vectors, labels, names.length);
      const found = suspectedLabels(said, labels, names.length);
      cases.push({ set: set.name, labels, said, found, count: names.length, own, turned });
    }
  }
  const peers = o.peer ? await cleanlab(cases) : null;
  const lines = [...new Set(cases.map(({ set }) => set))].flatMap((set) => {
    const own = cases.flatMap((one, i) => (one.set === set ? [{ one, i }] : []));
    const { one } = own[0]!;
    const of = own.map(({ one }) => one);
    const agree = mean(of.map(({ said }) => said.accuracy)).toFixed(3);
    const about = [
      set,
      String(one.own.length),
      String(one.count),
      agree,
      mean(of.map(({ said }) => said.share)).toFixed(3),
    ];
    const expected = mean(of.map(({ found }) => mean(found.map(({ chance }) => 1 - chance)))).toFixed(2);
    const told = (who: string, found: (i: number) => Found): string[] => [
      ...[...about, who],
      ...measured(own.map(({ one, i }) => ({ one, found: found(i) }))),
    ];
    return [
      [...told("tunebook", (i) => cases[i]!.found), expected],
      ...(peers ? BY.map((by) => told(`cleanlab, ${by}`, (i) => peers[i]![by].map((row) => ({ row })))) : []),
    ];
  });
  console.log(
    table(
      ["set", "rows", "labels", "judges", "share", "by", "turned", "found", "precision", "recall", "and what", "says"],
      lines.map((line) => (line.length < 12 ? [...line, ""] : line)),
    ),
  );
}

function measured(runs: readonly { readonly one: Case; readonly found: Found }[]): string[] {
  const told = (of: readonly number[]): string =>
    `${mean(of).toFixed(2)} (${Math.min(...of).toFixed(2)}–${Math.max(...of).toFixed(2)})`;
  const hits = runs.map(({ one, found }) => found.filter(({ row }) => one.turned.has(row)));
  const what = hits.map(
    (of, i) => of.filter(({ row, likely }) => likely === runs[i]!.one.own[row]).length / Math.max(1, of.length),
  );
  return [
    String(runs[0]!.one.turned.size),
    mean(runs.map(({ found }) => found.length)).toFixed(0),
    told(hits.map((of, i) => of.length / Math.max(1, runs[i]!.found.length))),
    told(hits.map((of, i) => of.length / runs[i]!.one.turned.size)),
    runs.some(({ found }) => found.some(({ likely }) => likely !== undefined)) ? mean(what).toFixed(2) : "",
  ];
}

await new Command("bench label-issues")
  .option("--flips <share>", "share of the labels that are turned", "0.05")
  .option("--seeds <n>", "draws of the turned labels", "5")
  .option("--only <sets>", "names of sets")
  .option("--peer", "cleanlab on the same predictions")
  .option("--trained <epochs>", "MiniLM trained on the turned labels, and what its training tells of them, in one draw")
  .action(main)
  .parseAsync();
