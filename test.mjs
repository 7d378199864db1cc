// `npm test`: the same provisioning as `npm start`, then formatting, lint, the manifest, and every test that was built.
// Arguments go to mocha (`npm test -- -g lora`). The last line counts: tests, and each check that failed as one more.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node, provision, say, StepFailed } from "./tools/provision.mjs";

const checks = [
  ["formatting", ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."], "npm run format"],
  ["lint", ["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"], "npm run lint"],
  ["manifest", ["tools/manifest.mjs", "--check"], "node tools/manifest.mjs"],
];

async function main(args) {
  await provision();
  let failed = 0;
  for (const [name, command, mend] of checks) {
    const status = await node(command);
    say(`${name}: ${status === 0 ? "ok" : `failed (${mend})`}`);
    if (status !== 0) failed += 1;
  }
  await bringTools();
  const { passes, failures } = await mocha(args);
  return { passed: passes, failed: failed + failures };
}

/** JupyterLab, jupyter_kernel_test, nbconvert, a browser: the tests that need them say why where this fails. */
async function bringTools() {
  const { ensurePythonEnv } = await import("./tools/python-env.mjs");
  const { ensureBrowser } = await import("./tools/browser.mjs");
  const { progressOn } = await import("./tools/progress.mjs");
  const progress = progressOn();
  const onProgress = (step) => progress.show(typeof step === "string" ? { label: step } : step);
  for (const bring of [() => ensurePythonEnv("jupyter", { onProgress }), () => ensureBrowser({ onProgress })]) {
    try {
      await bring();
    } catch (error) {
      if (error.name !== "ToolError") throw error;
      say(`error[${error.code}]: ${error.message}\nhelp: ${error.help}`);
    } finally {
      progress.end();
    }
  }
}

/** Counts of a run that tells none (it crashed, or found no test) are one failure. */
async function mocha(args) {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
  const counts = join(folder, "counts.json");
  try {
    const files = args.some((arg) => arg.endsWith(".js")) ? [] : ["dist/tests/**/*.test.js"];
    // --exit: cells that the tests interrupt leave timers of their users' behind, which would hold mocha for many minutes.
    const status = await node(
      ["node_modules/mocha/bin/mocha.js", "--exit", "--reporter", "tools/mocha-counts.mjs", ...files, ...args],
      {
        TUNEBOOK_COUNTS: counts,
      },
    );
    const { passes, failures } = JSON.parse(readFileSync(counts, "utf8"));
    const broken = failures === 0 && (status !== 0 || passes === 0);
    return { passes, failures: broken ? 1 : failures };
  } catch (error) {
    say(`mocha left no counts: ${error.message}`);
    return { passes: 0, failures: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let counts;
try {
  counts = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailed)) console.error(error);
  counts = { passed: 0, failed: 1 };
}
process.exitCode = counts.failed === 0 ? 0 : 1;
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
