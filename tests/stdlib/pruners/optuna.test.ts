/** Decisions of the pruners that Optuna also has, compared with Optuna's (tests/oracles/optuna_pruners.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { history, type Named } from "./histories.js";

const golden = fileURLToPath(new URL("../../../../tests/golden/oracle/pruners.json", import.meta.url));
const told = JSON.parse(readFileSync(golden, "utf8")) as Readonly<Record<Named, readonly string[]>>;

describe("pruners compared with Optuna", () => {
  for (const name of Object.keys(told) as Named[])
    it(`${name}: prune the same trials after the same reports in ${told[name].length} sweeps`, async () => {
      const own = await Promise.all(told[name].map((_, seed) => history(name, seed)));
      assert.deepEqual(own, told[name]);
      assert.ok(own.filter((ends) => /[1-9]/.test(ends)).length > 300);
    });
});
