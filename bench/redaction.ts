/**
 * `tunebook bench redaction [--texts N] [--peer] [--show ENTITY]`: measures precision, recall and F2 of each entity on
 * generated texts. The authors of the rules saw neither templates nor names, and no name is in the detector's lists. It
 * also reports false names per 1,000 words of texts without names, and MB per CPU second. `--peer`: Presidio with
 * spaCy's small English model on the same texts. `--blind open|held`: uses texts by an author who had not seen the
 * rules.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { findPersonalData } from "#stdlib/personal-data/find.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { cooking } from "./quality/datasets/cooking.js";
import { speeches } from "./quality/datasets/speeches.js";
import { questions } from "./quality/datasets/questions.js";
import { blind, blindUnnamed, type Half, pooled, scores, type Score } from "./redaction/score.js";
import { labelled, names, unnamed, type Gold, type Labelled } from "./redaction/generate.js";
import { table } from "./table.js";

interface Options {
  readonly texts: string;
  readonly peer?: true;
  readonly show?: string;
  readonly blind?: Half;
}
type Finder = (texts: readonly string[]) => Promise<readonly (readonly Gold[])[]>;

const ours: Finder = (texts) => Promise.resolve(texts.map((text) => findPersonalData(text)));
const structured: ReadonlySet<string> = new Set(
  "email phone date_of_birth card iban national_id ip mac url key record address".split(" "),
);

/** Runs Presidio and maps its entities to Tunebook's; Presidio has no counterpart for the others. */
function presidio(python: string): Finder {
  const program = fileURLToPath(new URL("../../bench/peers/presidio_findings.py", import.meta.url));
  return (texts) =>
    new Promise((resolve, reject) => {
      const child = spawn(python, [program], { stdio: ["pipe", "pipe", "inherit"] });
      let out = "";
      child.stdout.setEncoding("utf8").on("data", (piece: string) => void (out += piece));
      child.on("close", (code) => {
        if (code === 0) resolve(JSON.parse(out) as Gold[][]);
        else reject(new Error(`Presidio ended with ${String(code)}`));
      });
      child.stdin.end(JSON.stringify(texts));
    });
}

async function main(o: Options): Promise<void> {
  const python = o.peer
    ? (await ensurePythonEnv("presidio", { onProgress: (line) => console.error(line) })).python
    : null;
  const finders = [["tunebook", ours], ...(python === null ? [] : [["presidio", presidio(python)] as const])] as const;
  if (o.blind) return blindly(o.blind, finders, o.show);
  const [unseen, all] = [await names("unseen"), await names("all")];
  const texts = labelled(Number(o.texts), unseen, 1);
  const easier = labelled(Number(o.texts), all, 2);
  const made = unnamed(20_000, 3);
  const real = [...(await cooking.rows()), ...(await questions.rows())].map((row) =>
    String((row as { readonly text: unknown }).text),
  );
  for (const [who, find] of finders) {
    const found = scores(texts, await find(texts.map(({ text }) => text)));
    const usual = scores(easier, await find(easier.map(({ text }) => text)), new Set(["name"]));
    console.log(
      `${who}: ${String(texts.length)} texts, names that no list has (${String(unseen.length)} of ${String(all.length)})`,
    );
    console.log(report(found, usual));
    for (const [what, plain] of [
      ["products, places, months", made],
      ["titles and questions", real],
    ] as const)
      console.log(`false names per 1,000 words, ${what}: ${await falseNames(plain, find, o.show === "false")}`);
  }
  if (o.show !== undefined) show(texts, o.show);
  speed(
    "texts full of findings",
    texts.map(({ text }) => text),
  );
  speed("titles and questions", real);
  speed(
    "speeches",
    (await speeches.rows()).map((row) => String((row as { readonly text: unknown }).text)),
  );
}

async function blindly(half: Half, finders: readonly (readonly [string, Finder])[], shown?: string): Promise<void> {
  if (half === "held" && shown !== undefined) throw new Error("of the texts held back, figures alone are looked at");
  const [texts, plain] = [blind(half), blindUnnamed(half)];
  for (const [who, find] of finders) {
    console.log(`${who}: ${String(texts.length)} texts of the half ${half}`);
    console.log(report(scores(texts, await find(texts.map(({ text }) => text))), []));
    console.log(`false names per 1,000 words: ${await falseNames(plain, find, shown === "false")}`);
  }
  if (shown !== undefined) show(texts, shown);
}

function report(all: readonly Score[], usual: readonly Score[]): string {
  const p = (share: number): string => share.toFixed(3);
  const row = (name: string, { there, precision, recall, f2, left }: Score): string[] => [
    name,
    String(there),
    p(precision),
    p(recall),
    p(f2),
    p(left),
  ];
  const { precision, recall, f2 } = pooled(all, structured);
  return table(
    ["entity", "there", "precision", "recall", "F2", "left"],
    [
      ...all
        .filter(({ there }) => there > 0)
        .sort((a, b) => (a.entity < b.entity ? -1 : 1))
        .map((one) => row(one.entity, one)),
      ["all but names", "", p(precision), p(recall), p(f2), ""],
      ...usual.map((one) => row("names as they come", one)),
    ],
  );
}

async function falseNames(texts: readonly string[], find: Finder, told: boolean): Promise<string> {
  const words = texts.reduce((sum, text) => sum + text.split(/\s+/).length, 0);
  const found = (await find(texts)).flatMap((of, i) =>
    of.filter(({ entity }) => entity === "name").map(({ start, end }) => texts[i]!.slice(start, end)),
  );
  if (told) console.log(found.join(" | "));
  return `${((found.length / words) * 1000).toFixed(2)} (${String(found.length)} in ${String(words)})`;
}

/** Prints missed and false findings. */
function show(texts: readonly Labelled[], entity: string): void {
  for (const { text, gold } of texts) {
    const found = findPersonalData(text);
    const key = (of: readonly Gold[]): string =>
      of
        .filter((one) => one.entity === entity)
        .map(({ start, end }) => text.slice(start, end))
        .join(" | ");
    if (key(gold) !== key(found))
      console.log(`${JSON.stringify(text)}\n   there: ${key(gold)}\n   found: ${key(found)}`);
  }
}

function speed(what: string, texts: readonly string[]): void {
  const once = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const times = Math.ceil(1e6 / once);
  const bytes = once * times;
  const seconds = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    for (let again = 0; again < times; again++) for (const text of texts) findPersonalData(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  }).sort((a, b) => a - b);
  console.log(
    `MB a second of a processor, ${what}: ${(bytes / 1e6 / seconds[2]!).toFixed(1)} (median of 5 over ${(bytes / 1e6).toFixed(1)} MB)`,
  );
}

await new Command("bench redaction")
  .option("--texts <n>", "texts that are made", "3000")
  .option("--peer", "Presidio beside it")
  .addOption(new Option("--blind <half>", "texts of someone who had not seen the rules").choices(["open", "held"]))
  .option("--show <entity>", "what was missed and what was wrong; `false`: names where there are none")
  .action(main)
  .parseAsync();
