/**
 * `tunebook bench planted [--seed N] [--only SET,…]`: plants faults in known rows of real data sets and checks the
 * product's reports. Where it counts rows and names some, precision is that of the named rows. Recall is then the
 * increase of the count over the original set's. Where it stops at the first fault, both are shares of that many
 * trials.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { suspectedLabels, estimateLabelNoise } from "#kernel/data/judging/judges.js";
import { flipped } from "./judging/flips.js";
import { SETS, vectorsOf } from "./judging/sets.js";
import { brokenRows, twoEncodings } from "./planted/broken.js";
import { planted, type Planted } from "./planted/faults.js";
import { toldOf, writeLines, type Told } from "./planted/told.js";
import { table } from "./table.js";

const NAMES = ["questions", "cooking", "sentiment", "speeches"];
/**
 * Data sets in which labels are flipped as well. The label of speeches is the president who spoke, which a text does
 * not determine.
 */
const LABELLED = new Set(["questions", "cooking", "sentiment"]);

const COPIES = /^(?:repeated|leaks|near)/;

interface Line {
  readonly fault: string;
  readonly planted: number;
  readonly before: number;
  readonly found: number;
  readonly named: string;
  readonly precision: number | null;
  readonly recall: number;
}

function held(fault: string, rows: ReadonlySet<string>, before: Told | undefined, after: Told | undefined): Line {
  const [was, found] = [before?.rows ?? 0, after?.rows ?? 0];
  // Faults already in the original data set are not counted as errors.
  const known = new Set(before?.named);
  const named = (after?.named ?? []).filter((row) => !known.has(row) || rows.has(row));
  const right = named.filter((row) => rows.has(row)).length;
  return {
    fault,
    planted: rows.size,
    before: was,
    found,
    named: `${String(right)} of ${String(named.length)}`,
    precision: named.length === 0 ? null : right / named.length,
    recall: Math.max(0, Math.min(1, (found - was) / rows.size)),
  };
}

async function flips(name: string, seed: number): Promise<Line> {
  const set = SETS.find((one) => one.name === name)!;
  const rows = await set.rows();
  const names = [...new Set(rows.map(({ label }) => label))].sort();
  const own = Int32Array.from(rows, ({ label }) => names.indexOf(label));
  const texts = rows.map(({ text }) => text);
  const vectors = await vectorsOf(name, texts);
  const { labels, turned } = flipped(own, names.length, 0.05, seed);
  const found = suspectedLabels(estimateLabelNoise(texts, vectors, labels, names.length), labels, names.length);
  const right = found.filter(({ row }) => turned.has(row)).length;
  return {
    fault: "flipped labels",
    planted: turned.size,
    before: 0,
    found: found.length,
    named: `${String(right)} of ${String(found.length)}`,
    precision: right / found.length,
    recall: right / turned.size,
  };
}

async function linesOf(name: string, seed: number, folder: string): Promise<readonly Line[]> {
  const rows = await SETS.find((one) => one.name === name)!.rows();
  const labelled = LABELLED.has(name);
  const { rows: faulty, faults }: Planted = await planted(rows, seed, labelled);
  const [before, after] = [
    await toldOf(folder, writeLines(folder, `${name}.jsonl`, rows), labelled),
    await toldOf(folder, writeLines(folder, `${name}-planted.jsonl`, faulty), labelled),
  ];
  // The changed rows without the added ones: some original duplicates are gone.
  const changed = await toldOf(
    folder,
    writeLines(folder, `${name}-changed.jsonl`, faulty.slice(0, rows.length)),
    labelled,
  );
  const was = (fault: string): Told | undefined => (COPIES.test(fault) ? changed : before).get(fault);
  return [
    ...(labelled ? [await flips(name, seed)] : []),
    ...[...faults].map(([fault, own]) => held(fault, own, was(fault), after.get(fault))),
    ...(await brokenRows(folder, rows, seed)).map(trialled),
    trialled(await twoEncodings(folder, rows, seed)),
  ];
}

function trialled(of: {
  readonly fault: string;
  readonly trials: number;
  readonly told: number;
  readonly right: number;
}): Line {
  return {
    fault: of.fault,
    planted: of.trials,
    before: 0,
    found: of.told,
    named: `${String(of.right)} of ${String(of.told)}`,
    precision: of.told === 0 ? null : of.right / of.told,
    recall: of.right / of.trials,
  };
}

async function main(o: { readonly seed: string; readonly only?: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-planted-"));
  try {
    const shown: string[][] = [];
    for (const name of o.only?.split(",") ?? NAMES)
      for (const line of await linesOf(name, Number(o.seed), folder))
        shown.push([
          ...[name, line.fault, String(line.planted), String(line.before), String(line.found), line.named],
          ...[line.precision === null ? "" : line.precision.toFixed(2), line.recall.toFixed(2)],
        ]);
    console.log(table(["set", "fault", "planted", "as it was", "found", "named, right", "precision", "recall"], shown));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await new Command("bench planted")
  .option("--seed <n>", "of everything that is drawn", "1")
  .option("--only <sets>", "names of sets")
  .action(main)
  .parseAsync();
