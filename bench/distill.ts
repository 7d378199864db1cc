/**
 * `tunebook bench distill`: tunes MiniLM on real data sets and distils students with three of its six blocks from it.
 * Each is compared with the same student without a teacher (the same blocks of the untuned MiniLM, same rows, same
 * recipe). A second comparison has few labelled rows: a student of these and of the teacher's outputs for unlabelled
 * rows, against one of the labelled rows alone. Reports accuracy on the test rows over seeds, and differences paired by
 * seed, with 95 % intervals.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { mustExist, mustGet } from "#dsl/language/diagnostics/codes.js";
import { writeDerivedBase } from "#kernel/runs/folders/made-folder.js";
import { openBase } from "#kernel/bases/open.js";
import { findPackagedBase, ensurePackageFolder } from "#kernel/bases/packages.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { registry } from "#stdlib/registry.js";
import { processor } from "./finetune/report.js";
import { SETS, type JudgedSet, type Labelled } from "./judging/sets.js";
import { meanOf, type Mean } from "./orders/figures.js";
import { some } from "./quality/dataset.js";
import { table } from "./table.js";

interface Options {
  readonly sets: string;
  readonly seeds: string;
  readonly rows: number;
  readonly layers: string;
  readonly learns: string;
  readonly begin: "teacher" | "base";
  readonly augment?: string;
  readonly teacher: string;
  readonly student: string;
  readonly few: string;
  readonly fewRecipe: string;
  readonly only?: string;
  readonly untaught: boolean;
}
type Scores = ReadonlyMap<string, { readonly accuracy: number; readonly seconds: number }>;
const MINILM = "all-MiniLM-L6-v2";
const [TEACHER, STUDENT, ALONE, UNTAUGHT] = ["teacher", "student", "alone", "untaught"] as const;

/** Names of the models whose scores are reported. */
const named = ({ untaught }: Options): readonly string[] => [TEACHER, STUDENT, ALONE, ...(untaught ? [UNTAUGHT] : [])];

async function main(o: Options): Promise<void> {
  const sets = o.sets.split(",").map((wanted) =>
    mustExist(
      SETS.find(({ name }) => name === wanted),
      `the set ${wanted}`,
    ),
  );
  const seeds = o.seeds.split(",").map(Number);
  console.log(
    `${processor()}, Node ${process.version}; student(layers: ${o.layers}, learns: ${o.learns}); teacher ${o.teacher}; student ${o.student}`,
  );
  for (const set of o.only === "few" ? [] : sets) await whole(set, seeds, o);
  for (const set of o.only === "whole" ? [] : sets) await fewRows(set, seeds, o);
}

/** Compares students trained on all rows. */
async function whole(set: JudgedSet, seeds: readonly number[], o: Options): Promise<void> {
  const found: Scores[] = [];
  for (const seed of seeds) {
    const rows = partsOf(await set.rows(), o.rows);
    found.push(await learn(rows, [], named(o), { ...o, seed, recipe: o.student, set: set.name }));
  }
  tell(`${set.name}: ${String(found.length)} seeds`, found, { of: ALONE, share: TEACHER });
}

/** Compares students trained on few labelled and further unlabelled rows. */
async function fewRows(set: JudgedSet, seeds: readonly number[], o: Options): Promise<void> {
  const [labelled = 0, without = 0] = o.few.split("+").map(Number);
  const found: Scores[] = [];
  for (const seed of seeds) {
    const rows = partsOf(await set.rows(), labelled + without);
    const train = rows.filter(({ part }) => part === "train");
    const few = new Set(some(train, labelled, ({ text }) => `${String(seed)} ${text}`));
    const more = train.filter((row) => !few.has(row));
    const kept = rows.filter((row) => row.part === "test" || few.has(row));
    found.push(
      await learn(kept, more, named(o), {
        ...o,
        seed,
        recipe: o.fewRecipe,
        set: `${set.name} ${o.few}`,
      }),
    );
  }
  tell(`${set.name}: ${o.few} rows without labels, ${String(found.length)} seeds`, found, {
    of: ALONE,
    share: TEACHER,
  });
}

function partsOf(rows: readonly Labelled[], most: number): readonly Labelled[] {
  return (["train", "test"] as const).flatMap((part) =>
    some(
      rows.filter((row) => row.part === part),
      part === "train" ? most : 1000,
      ({ text }) => text,
    ),
  );
}

/** Runs one seed in a separate folder and returns each model's accuracy on the test rows. */
async function learn(
  rows: readonly Labelled[],
  more: readonly Labelled[],
  names: readonly string[],
  o: Options & { readonly seed: number; readonly recipe: string; readonly set: string },
): Promise<Scores> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-distill-"));
  const lines = (of: readonly object[]): string => of.map((row) => `${JSON.stringify(row)}\n`).join("");
  writeFileSync(join(folder, "rows.jsonl"), lines(rows));
  writeFileSync(join(folder, "more.jsonl"), lines(more.map(({ text }) => ({ text }))));
  await cutBase(join(folder, "cut"), o.layers);
  const session = new TuneSession({ folder, runs: join(folder, "runs") });
  const screen = { display: () => undefined, update: () => undefined };
  const found = new Map<string, { accuracy: number; seconds: number }>();
  let cells = 0;
  const run = async (text: string): Promise<number> => {
    const begun = performance.now();
    const id = `cell ${String(++cells)}`;
    await session.run({ id, title: id, text, cell: cells }, { screen, hostContext: plainHostContext(folder) });
    return (performance.now() - begun) / 1000;
  };
  const onto = more.length > 0 ? "rows, more" : "rows";
  const augment = o.augment === undefined ? "" : `, augment: ${o.augment}`;
  const begin = o.begin === "base" ? 'base: "./cut"' : `layers: ${o.layers}`;
  const statements: Readonly<Record<string, string>> = {
    [TEACHER]: "train big on rows with long as teacher",
    [STUDENT]: `compress teacher on ${onto} with short as student { distill: student(${begin}, learns: ${o.learns}${augment}) }`,
    [UNTAUGHT]: `compress teacher on rows with short as untaught { distill: student(layers: ${o.layers}, learns: labels) }`,
    [ALONE]: "train cut on rows with short as alone",
  };
  try {
    await run(`data rows { source: jsonl("rows.jsonl"), columns: { text: text, label: label }, split: by_column(part) }
${more.length > 0 ? 'data more { source: jsonl("more.jsonl"), columns: { text: text } }' : ""}
model big { base: ${JSON.stringify(MINILM)}, task: text_classification, technique: full, max_length: 128 }
model cut like big { base: "./cut" }
recipe long { ${o.teacher}, keep: last, seed: ${String(o.seed)} }
recipe short { ${o.recipe}, keep: last, seed: ${String(o.seed)} }`);
    for (const name of names) {
      const seconds = await run(mustGet(new Map(Object.entries(statements)), name, "statement"));
      await run(`evaluate ${name} on rows.test { metrics: [accuracy] }`);
      const accuracy = session.evaluations.findLast(({ model }) => model === name)?.metrics["accuracy"] ?? Number.NaN;
      found.set(name, { accuracy, seconds });
      console.error(`${o.set}, seed ${String(o.seed)}, ${name}: ${accuracy.toFixed(3)}, ${seconds.toFixed(0)} s`);
    }
    return found;
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the blocks of the untuned MiniLM from which the student starts. */
async function cutBase(folder: string, layers: string): Promise<void> {
  const base = await openBase(
    await ensurePackageFolder(mustExist(findPackagedBase(MINILM), MINILM), {}),
    "package",
    registry,
  );
  const arguments_ = { layers: JSON.parse(layers) as number };
  const call = { kind: "student", word: "student", arguments: arguments_ } as const;
  await writeDerivedBase(folder, base, { call, licence: null });
}

function tell(title: string, found: readonly Scores[], beside: { readonly of: string; readonly share: string }): void {
  const of = (name: string): readonly number[] => found.map((one) => one.get(name)?.accuracy ?? Number.NaN);
  const names = [...(found[0]?.keys() ?? [])];
  const rows = names.map((name) => {
    const own = of(name);
    const less = meanOf(own.map((score, i) => score - (of(beside.of)[i] ?? Number.NaN)));
    const share = meanOf(own.map((score, i) => score / (of(beside.share)[i] ?? Number.NaN)));
    const seconds = meanOf(found.map((one) => one.get(name)?.seconds ?? Number.NaN)).value;
    return [
      name,
      between(meanOf(own)),
      `${(100 * share.value).toFixed(1)} %`,
      name === beside.of ? "" : between(less),
      seconds.toFixed(0),
    ];
  });
  console.log(`\n${title}`);
  console.log(table(["", "accuracy", "of the teacher's", `less ${beside.of}`, "seconds"], rows));
}

const between = ({ value, half }: Mean): string =>
  Number.isNaN(half) ? value.toFixed(3) : `${value.toFixed(3)} ± ${half.toFixed(3)}`;

const command = new Command("tunebook bench distill")
  .description("students of a tuned MiniLM beside the same students without a teacher, on real data sets")
  .option("--sets <names>", "data sets", "sentiment,cooking")
  .option("--seeds <numbers>", "seeds", "1,2,3")
  .option("--rows <count>", "rows that train", Number, 800)
  .option("--layers <blocks>", "the student's blocks", "3")
  .option("--learns <words>", "what it learns", "[labels, logits, hidden]")
  .option("--begin <weights>", "whose blocks the student begins with: `teacher` (tuned) or `base`", "teacher")
  .option("--augment <count>", "texts made of each row, which the teacher labels")
  .option("--teacher <keys>", "keys of the teacher's recipe", "epochs: 3")
  .option("--student <keys>", "keys of the students' recipe", "epochs: 3")
  .option("--few <counts>", "rows with labels and without", "200+600")
  .option("--few-recipe <keys>", "keys of the recipe of students of few rows", "epochs: 4")
  .option("--only <part>", "`whole` or `few`; absent: both")
  .option("--untaught", "beside them the student that begins with the teacher's blocks and learns labels alone", false);
await main(command.parse().opts<Options>());
