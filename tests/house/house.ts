/** `npm run house`: prints syntax figures of the sources. `--list FIGURE` prints the places, `--json` the counts. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { COUNTERS, count, type Place } from "./counters.js";

/** Bars of the figures (upper limits). */
const BARS: Readonly<Record<string, number>> = {
  "no-op spreads": 0,
  "side-effect imports of codes": 12,
  "unclear identifiers": 400,
  "as unknown as": 15,
  "as never": 2,
  "JSON.parse as": 5,
};

const files = execFileSync("git", ["ls-files", "dsl", "stdlib", "kernel", "page"], { encoding: "utf8" });
const places: Record<string, Place[]> = Object.fromEntries(Object.keys(COUNTERS).map((f) => [f, []]));
for (const file of files.split("\n").filter((name) => /\.tsx?$/.test(name)))
  for (const [figure, found] of Object.entries(count(file, readFileSync(file, "utf8")))) places[figure]?.push(...found);

const [option, figure = ""] = process.argv.slice(2);
const rows = Object.entries(places).map(([name, found]) => {
  const bar = BARS[name] ?? 0;
  return { figure: name, now: found.length, bar, ok: found.length <= bar };
});
if (option === "--list") for (const { file, line } of places[figure] ?? []) console.log(`${file}:${line}`);
else if (option === "--json") console.log(JSON.stringify(rows));
else console.table(rows);
