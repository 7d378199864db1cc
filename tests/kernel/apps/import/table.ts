/**
 * `npm run imports`: the outcomes of other tools' public examples, from the corpus that represents them. `npm run
 * imports FOLDER…` does the same for the files of any folders. corpus.ts defines "silent" exactly.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { exampleOf, examples, outcomeOf, silentIn, type Example } from "./corpus.js";

const kinds = ["whole", "named", "refused", "unknown"] as const;
interface Row {
  readonly of: string;
  readonly examples: number;
  readonly fixtures: number;
  readonly counts: Readonly<Record<(typeof kinds)[number], number>>;
  readonly silent: number;
}

function rowOf(of: string, own: readonly Example[], unknown: number): Row {
  const counts = { whole: 0, named: 0, refused: 0, unknown };
  let silent = 0;
  for (const one of own)
    try {
      counts[outcomeOf(one).is] += one.for.length;
      silent += silentIn(one).length;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      counts.unknown += one.for.length; // the import reports that the file belongs to no known tool
    }
  const all = own.reduce((sum, one) => sum + one.for.length, unknown);
  return { of, examples: all, fixtures: own.length, counts, silent };
}

/** Returns the outcomes for a folder, with the number of files that are not settings. */
function rowOfFolder(folder: string): Row {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(ya?ml|py|ipynb|jsonl)$|adapter_config\.json$/.test(file),
  );
  let unknown = 0;
  const own = files.flatMap((file): readonly Example[] => {
    try {
      return [exampleOf(readFileSync(join(folder, file), "utf8"), file)];
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      unknown++;
      return [];
    }
  });
  return rowOf(basename(folder), own, unknown);
}

const folders = process.argv.slice(2);
const rows =
  folders.length > 0
    ? folders.map(rowOfFolder)
    : [...new Set(examples.map(({ of }) => of))].map((of) =>
        rowOf(
          of,
          examples.filter((one) => one.of === of),
          0,
        ),
      );
const sum = (count: (row: Row) => number): number => rows.reduce((all, row) => all + count(row), 0);
const told = [
  ...rows.map(({ of, examples: all, fixtures, counts, silent }) => [
    of,
    all,
    fixtures,
    ...kinds.map((kind) => counts[kind]),
    silent,
  ]),
  [
    "all",
    sum((row) => row.examples),
    sum((row) => row.fixtures),
    ...kinds.map((kind) => sum((row) => row.counts[kind])),
    sum((row) => row.silent),
  ],
];
console.log("| of | examples | files | carried whole | with named losses | refused | no settings | silent changes |");
console.log("|---|---:|---:|---:|---:|---:|---:|---:|");
for (const row of told) console.log(`| ${row.join(" | ")} |`);
process.exitCode = sum((row) => row.silent) > 0 ? 1 : 0;
