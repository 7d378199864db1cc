/**
 * `npm run mutate`: breaks each rule in turn and checks whether a test notices. At every place where an error is
 * reported or thrown (instrument.ts), the report is left out, its fix dropped, and its position moved by one. Each
 * code's severity is changed too. A first run of all checks finds which of them pass which place, so that a mutant runs
 * only those. Prints a table and every mutant that nothing noticed; the exit status is 1 if there is one. `npm run
 * mutate -- WORD` breaks only places whose file or code contains WORD.
 */
import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";
import type { Order, Seen, Verdict } from "./child.js";
import type { Site } from "./instrument.js";
import type { Kind } from "./switch.js";

const dist = fileURLToPath(new URL("../../", import.meta.url));
/** Seconds without a message after which a mutant counts as hanging, which counts as noticed. */
const patience = 40;
/** Maximum number of checks per mutant, the quickest first. */
const enough = 60;

/** Mutants that are equivalent to the rule, each with the reason why nothing can tell them apart. */
const same: readonly (readonly [file: string, code: string, kind: Kind, why: string])[] = [
  [
    "kernel/tensors/safetensors.js",
    "weights-truncated",
    "off",
    "whoever reads the bytes says the same; this spares the room for them",
  ],
  [
    "dsl/compiler/program/use.js",
    "use-in-circle",
    "span",
    "the report within the used file is told at the `use` that led there",
  ],
];

/**
 * Places that no check of this process reaches: those that other checks cover, and guards against what a library may do
 * one day.
 */
const unreached: readonly (readonly [file: string, code: string, why: string])[] = [
  [
    "stdlib/user-defined/technique.js",
    "word-trains-nothing",
    "tests/kernel/apps/jupyter/cells/define.e2e.test.ts sees it in the kernel's process",
  ],
  ["stdlib/sources/csv.run.js", "empty-file", "at the end: a file without a line is told where it begins"],
  ["stdlib/sources/csv.run.js", "unreadable-file", "csv-parse has other errors, none of which these options allow"],
];

type Mutant = Order["mutants"][number] & { readonly place: Site; readonly code: string };

async function main(word: string): Promise<number> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const { looked, places } = await see();
  for (const { name } of looked.filter(({ passes }) => !passes)) console.log(`fails unbroken: ${name}`);
  const sound = looked.filter(({ passes, sites }) => passes && sites.length > 0);
  const checksOf = (sites: readonly string[]): string[] =>
    sound
      .filter((check) => check.sites.some(([site]) => sites.includes(site)))
      .sort((a, b) => a.milliseconds - b.milliseconds)
      .slice(0, enough)
      .map(({ name }) => name);
  const having = (what: "fix" | "place"): ReadonlySet<string> =>
    new Set(sound.flatMap(({ sites }) => sites.filter(([, has]) => has[what]).map(([site]) => site)));
  const [fixed, placed] = [having("fix"), having("place")];
  console.log(`${String(looked.length)} checks ran, ${String(sound.length)} pass a place; ${seconds()}`);

  const chosen = places
    .filter(({ name, code }) => `${name} ${code}`.includes(word))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const mutants: Mutant[] = [];
  const passedBy: Site[] = [];
  for (const place of chosen) {
    const checks = checksOf([place.name]);
    if (checks.length === 0) {
      passedBy.push(place);
      continue;
    }
    const kinds: Kind[] = ["off"];
    if (placed.has(place.name)) kinds.push("span");
    if (fixed.has(place.name)) kinds.push("fix");
    const alike = (kind: Kind): boolean =>
      same.some(([file, code, of]) => place.name.startsWith(`${file}:`) && place.code === code && kind === of);
    for (const kind of kinds.filter((one) => !alike(one)))
      mutants.push({ site: place.name, kind, checks, place, code: place.code });
  }
  const reported = chosen.filter(({ does, code }) => does === "report" && !code.startsWith("("));
  for (const code of new Set(reported.flatMap((place) => place.code.split(" or ")))) {
    const own = reported.filter((place) => place.code.split(" or ").includes(code));
    const checks = checksOf(own.map(({ name }) => name));
    if (checks.length > 0) mutants.push({ site: code, kind: "severity", checks, place: own[0]!, code });
  }
  const noticed = await breakAll(mutants);

  // Places in the kernel are exempt: tests of processes and engines cover its errors too, and do not run here.
  const mustPass = passedBy.filter(
    ({ name, code }) =>
      !name.startsWith("kernel/") && !unreached.some(([file, of]) => name.startsWith(`${file}:`) && code === of),
  );
  table(mutants, noticed, mustPass);
  const survivors = mutants.filter((_, i) => !noticed.has(i));
  for (const { place, code, kind, checks } of survivors)
    console.log(`${written(place)}: ${code}: ${said[kind]}, and ${String(checks.length)} checks see nothing`);
  for (const place of mustPass) console.log(`${written(place)}: ${place.code}: no check comes by`);
  const all = mutants.length + mustPass.length;
  const left = survivors.length + mustPass.length;
  console.log(
    `${String(all - left)} of ${String(all)} mutants were noticed; ${String(passedBy.length - mustPass.length)} places of the kernel are passed by tests of processes alone; ${seconds()}`,
  );
  return left === 0 ? 0 : 1;
}
const said: Readonly<Record<Kind, string>> = {
  off: "left out",
  fix: "without its fix",
  span: "moved by one",
  severity: "its severity turned",
};

function see(): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./child.js", import.meta.url)));
    child.on("message", (message: Seen | "ready") => {
      if (message === "ready") child.send("look");
      else resolve(message);
    });
    child.on("exit", () => reject(new Error("the first run ended before it told what it saw")));
  });
}

/**
 * Returns the numbers of the mutants that were noticed. A mutant that kills or hangs its process counts as noticed, and
 * the next ones get a new process.
 */
async function breakAll(mutants: readonly Mutant[]): Promise<ReadonlySet<number>> {
  const noticed = new Set<number>();
  for (let next = 0; next < mutants.length;) {
    const first = next;
    await new Promise<void>((resolve) => {
      const child = fork(fileURLToPath(new URL("./child.js", import.meta.url)), {
        execArgv: ["--max-old-space-size=900"],
      });
      let timer: NodeJS.Timeout | undefined;
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => child.kill("SIGKILL"), patience * 1000);
      };
      child.on("message", (message: Verdict | "ready" | "done") => {
        wait();
        if (message === "done") return;
        if (message === "ready") {
          child.send({
            mutants: mutants.slice(first).map(({ site, kind, checks }) => ({ site, kind, checks })),
          } satisfies Order);
          return;
        }
        if (message.noticed) noticed.add(first + message.number);
        next = first + message.number + 1;
      });
      child.on("exit", () => {
        clearTimeout(timer);
        if (next < mutants.length) noticed.add(next++);
        resolve();
      });
    });
  }
  return noticed;
}

function table(mutants: readonly Mutant[], noticed: ReadonlySet<number>, unseen: readonly Site[]): void {
  const fileOf = ({ name }: Site): string => name.replace(/\.js:\d+$/, ".ts");
  const rows = new Map<string, [places: Set<string>, mutants: number, noticed: number]>();
  const row = (site: Site): [Set<string>, number, number] => {
    const file = fileOf(site);
    const one = rows.get(file) ?? [new Set<string>(), 0, 0];
    rows.set(file, one);
    one[0].add(site.name);
    return one;
  };
  mutants.forEach(({ place }, i) => {
    const one = row(place);
    one[1]++;
    if (noticed.has(i)) one[2]++;
  });
  for (const site of unseen) row(site)[1]++;
  const width = Math.max(4, ...[...rows.keys()].map((file) => file.length));
  console.log(`${"file".padEnd(width)}  places  mutants  noticed`);
  for (const [file, [places, all, good]] of [...rows].sort())
    console.log(
      `${file.padEnd(width)}  ${String(places.size).padStart(6)}  ${String(all).padStart(7)}  ${String(good).padStart(7)}`,
    );
}

/** Returns the position in the TypeScript source that the place was compiled from. */
function written({ name, line, column }: Site): string {
  const file = name.replace(/:\d+$/, "");
  const map = `${dist}${file}.map`;
  if (!existsSync(map)) return `${file}:${String(line)}`;
  const at = new SourceMap(JSON.parse(readFileSync(map, "utf8")) as SourceMapPayload).findEntry(line - 1, column - 1);
  return `${file.replace(/\.js$/, ".ts")}:${String("originalLine" in at ? at.originalLine + 1 : line)}`;
}

const status = await main(process.argv[2] ?? "");
process.exit(status);
