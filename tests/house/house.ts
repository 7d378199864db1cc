/**
 * `npm run house`: counts figures of the sources and compares them with tests/house/figures.json, whose values only
 * improve. `--check`: reports figures that got worse and exits 1; `--keep`: commits better values; `--list FIGURE`: its
 * places; `--json`. If a figure has to get worse, edit figures.json by hand and explain it in the commit message.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "#tests/imports.js";
import { figures } from "./figures.js";
import { kept, limitOf, placeText, worse, type Committed, type Counted } from "./gate.js";
import { readTree } from "./tree.js";

const FILE = join(root, "tests/house/figures.json");

/** Figures measured by hand or by other commands. */
const ELSEWHERE = [
  "recipe hashes and emitted graphs: npm run house:graphs",
  "numeric goldens: git diff --stat <before> -- tests/golden",
  "kernel ready, check of an edit: npm run bench -- kernel, npm run bench -- assist (median of 9, alternating)",
  "files modified for the next row format, strategy or verb: git show --stat of the commit that adds it",
];

const [option, name = ""] = process.argv.slice(2);
const tree = readTree();
const committed: Committed = JSON.parse(readFileSync(FILE, "utf8"));
const wanted = option === "--list" ? figures.filter((figure) => figure.name === name) : figures;
const counted: readonly Counted[] = wanted.map((figure) => ({ figure, ...figure.count(tree) }));

if (option === "--list") list();
else if (option === "--json") console.log(JSON.stringify(rows()));
else if (option === "--keep") keep();
else if (option === "--check") check();
else {
  console.table(rows());
  for (const line of ELSEWHERE) console.log(line);
}

function rows() {
  return counted.map(({ figure, value }) => {
    const limit = limitOf(figure, committed);
    const reached = figure.bar === null || value <= figure.bar;
    return {
      figure: figure.name,
      now: value,
      committed: committed[figure.name]?.value,
      bar: figure.bar,
      reached,
      worse: value > limit,
    };
  });
}
function list(): void {
  const [one] = counted;
  if (!one) throw new Error(`no figure is called "${name}"`);
  for (const place of one.places) console.log(placeText(place));
}
function keep(): void {
  const better = kept(counted, committed);
  writeFileSync(FILE, `${JSON.stringify(better, null, 2)}\n`);
  check();
}
function check(): void {
  const sentences = worse(counted, committed, changedFiles());
  for (const sentence of sentences) console.log(sentence);
  process.exitCode = sentences.length === 0 ? 0 : 1;
}
/** Returns files that differ from the last commit; for a clean tree, the files of the last commit. */
function changedFiles(): ReadonlySet<string> {
  const git = (...args: readonly string[]): string[] =>
    execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
  const now = [...git("diff", "--name-only", "HEAD"), ...git("ls-files", "--others", "--exclude-standard")];
  return new Set(now.length > 0 ? now : git("show", "--name-only", "--format=", "HEAD"));
}
