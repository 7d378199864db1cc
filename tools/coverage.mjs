// `npm run coverage`: runs the tests while V8 records which code runs, in their processes and in those that they start.
// Then it prints a table by folder, and each file of which less than the bound ran. `-- --unit` measures only the unit
// tests, `-- --under 80` sets another bound (per cent of lines), and other arguments go to test.mjs. The report by line
// is coverage/index.html. Processes that are killed leave no record: code that runs only in those appears as not run.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { node, root } from "./provision.mjs";

const usualBound = 70;
const rooms = ["dsl", "stdlib", "kernel", "editors", "page", "tools/reference"];
const records = join(root, "coverage", "records");

async function main(args) {
  const at = args.indexOf("--under");
  const bound = at < 0 ? usualBound : Number(args[at + 1]);
  const rest = at < 0 ? args : args.toSpliced(at, 2);
  rmSync(join(root, "coverage"), { recursive: true, force: true });
  const status = await node(["test.mjs", "--tests", ...rest], { NODE_V8_COVERAGE: records });
  const reported = await report();
  if (reported !== 0) return reported;
  const files = measured(JSON.parse(readFileSync(join(root, "coverage", "coverage-summary.json"), "utf8")));
  console.log(`\n${tableOf(files)}\n\n${holesOf(files, bound)}\n\nline by line: coverage/index.html`);
  return status;
}

/** c8 merges the records of all processes and maps them to source lines. */
function report() {
  const include = rooms.flatMap((room) => ["--include", `dist/${room}/**/*.js`]);
  const how = ["--all", "--src", join(root, "dist"), "--merge-async", "--exclude", "dist/tests/**"];
  const where = ["--temp-directory", records, "--reports-dir", join(root, "coverage")];
  const kinds = ["--reporter", "json-summary", "--reporter", "html"];
  // Loading all records at once takes much memory.
  return node([
    "--max-old-space-size=8192",
    "node_modules/c8/bin/c8.js",
    "report",
    ...include,
    ...how,
    ...where,
    ...kinds,
  ]);
}

/** Returns, for each source that has any code, the `lines` that ran and the `total`. */
export function measured(summary, base = root) {
  return Object.entries(summary)
    .filter(([file]) => file !== "total")
    .map(([file, { lines }]) => ({ file: relative(base, file), covered: lines.covered, total: lines.total }))
    .filter(({ file }) => file.endsWith(".ts") && hasCode(join(base, "dist", file.replace(/\.ts$/, ".js"))))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** A file with only types compiles to nothing. */
const hasCode = (compiled) =>
  existsSync(compiled) && !/^(export \{\};\s*)?(\/\/# sourceMappingURL.*\s*)?$/.test(withoutComments(compiled));
const withoutComments = (file) =>
  readFileSync(file, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .trim();

const percent = ({ covered, total }) => (100 * covered) / total;
const shown = (part) => `${percent(part).toFixed(1).padStart(5)} %`;
const sum = (files) => ({
  covered: files.reduce((n, { covered }) => n + covered, 0),
  total: files.reduce((n, { total }) => n + total, 0),
});

/** One line for each folder, two levels deep. */
export function tableOf(files) {
  const byRoom = grouped(files);
  const lines = [...byRoom].map(([room, its]) => [room, String(its.length), shown(sum(its))]);
  const all = [...lines, ["all", String(files.length), shown(sum(files))]];
  const width = Math.max(...all.map(([room]) => room.length));
  return all.map(([room, count, part]) => `${room.padEnd(width)} ${count.padStart(4)} files ${part}`).join("\n");
}

function grouped(files) {
  const groups = new Map();
  for (const file of files) groups.set(roomOf(file), [...(groups.get(roomOf(file)) ?? []), file]);
  return groups;
}

const roomOf = ({ file }) => dirname(file).split("/").slice(0, 2).join("/");

export function holesOf(files, bound) {
  const holes = files.filter((file) => percent(file) < bound).sort((a, b) => percent(a) - percent(b));
  if (holes.length === 0) return `no file of which less than ${bound} % of the lines ran`;
  const lines = holes.map((hole) => `${shown(hole)} of ${String(hole.total).padStart(4)}  ${hole.file}`);
  return [`${holes.length} files of which less than ${bound} % of the lines ran:`, ...lines].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
