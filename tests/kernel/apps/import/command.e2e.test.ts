import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const fixtures = fileURLToPath(new URL("../../../../../tests/fixtures/import/", import.meta.url));

describe("tunebook import", () => {
  it("prints the program, the number of lost settings, and refusals", () => {
    const cli = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));
    const run = (...args: string[]) => spawnSync(process.execPath, [cli, "import", ...args], { encoding: "utf8" });
    const { stdout, stderr, status } = run(`${fixtures}ludwig.yaml`);
    assert.equal(status, 1); // one setting is not carried over
    assert.equal(stdout, readFileSync(`${fixtures}ludwig.yaml.tune`, "utf8"));
    assert.match(stderr, /1 setting was not carried over/);
    const refused = run(`${fixtures}refused.yaml`);
    assert.equal(refused.status, 1);
    assert.equal(refused.stdout, "");
    assert.match(refused.stderr, /error\[import-refused\].*`rl: "dpo"` is preference optimisation/);
    assert.match(refused.stderr, /help: train only on the preferred answers/);
    // `--from unsloth` uses the same reader as TRL.
    const unsloth = run(`${fixtures}ludwig.yaml`, "--from", "unsloth");
    assert.equal(unsloth.status, 1, unsloth.stderr);
    assert.match(unsloth.stdout, /task: text_generation/);
    const outcome = (file: string): unknown => JSON.parse(run(`${fixtures}${file}`, "--json").stdout).outcome;
    assert.deepEqual(["ludwig.yaml", "refused.yaml", "programs/trl-sft.py"].map(outcome), [
      "partly",
      "refused",
      "whole",
    ]);
    assert.match(run("none.yaml").stderr, /error\[missing-file\]/);
  });
});
