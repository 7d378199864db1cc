/** Every runtime that a target names exists. */
import assert from "node:assert/strict";
import { runtimes } from "#kernel/deployments/runtimes/table.js";
import { registry } from "#stdlib/registry.js";

describe("runtime table of targets", () => {
  for (const { name, capabilities } of registry.ofKind("target"))
    it(`${name}: is listed in kernel/deployments/runtimes/table.ts, or is null`, () => {
      const runtime = capabilities?.runtime ?? null;
      assert.ok(
        runtime === null || runtime in runtimes,
        `${String(runtime)} has no line in kernel/deployments/runtimes/table.ts`,
      );
    });
});
