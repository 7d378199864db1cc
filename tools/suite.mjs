// The tests that were built, and mocha over them. One rule sorts them: a file named `*.e2e.test.ts` starts a process or a thread
// (an engine, a kernel, the command line, Jupyter, a browser) or needs what was fetched; every other `*.test.ts` is a unit test
// and needs none of it, which tools/unit-only.mjs holds it to.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node, root, say } from "./provision.mjs";

const built = "dist/tests";

/** Paths of the compiled test files, end-to-end tests first: those take long, and the short ones fill what time is left. */
export function testFiles(part = "all", base = root) {
  const all = readdirSync(join(base, built), { recursive: true })
    .filter((file) => file.endsWith(".test.js"))
    .map((file) => join(built, file))
    .sort();
  const [e2e, unit] = [true, false].map((wanted) => all.filter((file) => file.endsWith(".e2e.test.js") === wanted));
  return { all: [...e2e, ...unit], e2e, unit }[part];
}

/**
 * Runs a part of the suite (`unit`, `e2e`, `all`) in as many processes as TUNEBOOK_JOBS says, two if it says nothing.
 * `args` go to mocha; files among them are run instead of the part. Counts of a run that tells none (it crashed, or found no
 * test) are one failure.
 */
export async function runTests(part, args) {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
  const counts = join(folder, "counts.json");
  const jobs = Number(process.env.TUNEBOOK_JOBS ?? 2);
  const unit = part === "unit";
  try {
    const files = args.some((arg) => arg.endsWith(".js")) ? [] : testFiles(part);
    const begun = Date.now();
    // --exit: cells that the tests interrupt leave timers of their users' behind, which would hold mocha for many minutes.
    const status = await node(
      [
        "node_modules/mocha/bin/mocha.js",
        "--exit",
        ...(unit ? ["--require", "./tools/unit-only.mjs"] : []),
        ...(jobs > 1 ? ["--parallel", "--jobs", String(jobs)] : []),
        "--reporter",
        "tools/mocha-counts.mjs",
        ...files,
        ...args,
      ],
      { TUNEBOOK_COUNTS: counts, ...(unit && { TUNEBOOK_CACHE: join(folder, "cache") }) },
    );
    const { passes, failures, files: took } = JSON.parse(readFileSync(counts, "utf8"));
    say(timesOf(part, took, Date.now() - begun));
    const broken = failures === 0 && (status !== 0 || passes === 0);
    return { passes, failures: broken ? 1 : failures };
  } catch (error) {
    say(`mocha left no counts: ${error.message}`);
    return { passes: 0, failures: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How long it took, and which files took longest: where to look when the suite gets slow. */
function timesOf(part, took, milliseconds) {
  const slowest = Object.entries(took)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([file, ms]) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`);
  return [`tests (${part}): ${(milliseconds / 1000).toFixed(0)} s; the slowest files:`, ...slowest].join("\n");
}
