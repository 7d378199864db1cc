// `npm test`: the same provisioning as `npm start`, then every built test, in parallel with formatting, lint and the
// manifest check. `npm run test:unit` builds and runs the tests that need nothing else; `npm run test:e2e` runs the
// others. `npm run test:long` runs those that `npm test` leaves out, and `npm run test:whole` all tests. `--tests`
// skips the checks. Further arguments go to mocha (`npm test -- -g lora`). The last line counts the tests, and each
// failed check as one more.
import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import {
  build,
  checkNode,
  installPackages,
  provisionBuild,
  provisionModels,
  root,
  say,
  StepFailed,
} from "./tools/provision.mjs";
import { runTests } from "./tools/suite.mjs";

const checks = [
  ["formatting", ["node_modules/oxfmt/bin/oxfmt", "--list-different", "."], "npm run format"],
  ["lint", ["node_modules/oxlint/bin/oxlint", "--deny-warnings"], "npm run lint"],
  ["manifest", ["tools/manifest.mjs", "--check"], "node tools/manifest.mjs"],
  ["commits", ["tools/commit-subjects.mjs"], "git commit --amend"],
  ["graphs", ["dist/tests/house/graphs/run.js"], "npm run house:graphs names the recipes that changed"],
  ["figures of the house", ["dist/tests/house/house.js", "--check"], "npm run house says what is counted"],
];
const ours = ["--unit", "--e2e", "--long", "--whole", "--tests"];

async function main(args) {
  const [unit, e2e, long, whole, tests] = ours.map((name) => args.includes(name));
  const rest = args.filter((arg) => !ours.includes(arg));
  if (unit) {
    checkNode();
    await installPackages();
    await build();
    return total(0, await runTests("unit", rest));
  }
  await provisionBuild();
  const checking = tests || e2e || long ? [] : checks.map(runCheck);
  await provisionModels();
  await bringTools();
  const counts = await runTests(long ? "long" : whole ? "whole" : e2e ? "e2e" : "all", rest);
  const outcomes = await Promise.all(checking);
  for (const { says } of outcomes) say(says);
  return total(outcomes.filter(({ ok }) => !ok).length, counts);
}

const total = (failed, { passes, failures }) => ({ passed: passes, failed: failed + failures });

/** Runs a check in parallel with the tests, at low priority. Its output is collected and printed after the tests. */
function runCheck([name, command, mend]) {
  return new Promise((done) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    try {
      setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Without the low priority, the check competes for the processors.
    }
    let words = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (words += text));
    const end = (status) => {
      const ok = status === 0;
      done({ ok, says: `${words}${name}: ${ok ? "ok" : `failed (${mend})`}` });
    };
    child.once("error", ({ message }) => {
      words += `${message}\n`;
      end(1);
    });
    child.once("close", end);
  });
}

/**
 * Provides JupyterLab, jupyter_kernel_test, nbconvert and a browser. If this fails, the tests that need them report the
 * reason.
 */
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

let counts;
try {
  counts = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailed)) console.error(error);
  counts = { passed: 0, failed: 1 };
}
process.exitCode = counts.failed === 0 ? 0 : 1;
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
