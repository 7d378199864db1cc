import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { called } from "./called.js";

describe("colours of the command line", () => {
  it("are used for terminals, unless the environment overrides it", () => {
    const cases: readonly (readonly [boolean, NodeJS.ProcessEnv, boolean])[] = [
      [true, {}, true],
      [false, {}, false],
      [true, { NO_COLOR: "1" }, false],
      [true, { NO_COLOR: "" }, true],
      [true, { TERM: "dumb" }, false],
      [false, { FORCE_COLOR: "1" }, true],
      [false, { FORCE_COLOR: "" }, false],
      [true, { FORCE_COLOR: "0" }, false],
      [false, { FORCE_COLOR: "3", NO_COLOR: "1" }, true],
    ];
    for (const [isTTY, env, wanted] of cases)
      assert.equal(usesColour({ isTTY }, env), wanted, JSON.stringify([isTTY, env]));
    assert.equal(usesColour({}, {}), false, "a file");
  });

  describe("in errors", () => {
    let folder: string;
    const before_ = { ...process.env };
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "tunebook-colours-"));
      writeFileSync(join(folder, "a.tune"), "recipe r { epoch: 1 }\n");
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    afterEach(() => {
      for (const name of ["FORCE_COLOR", "NO_COLOR"]) {
        if (before_[name] === undefined) delete process.env[name];
        else process.env[name] = before_[name];
      }
    });
    for (const args of [
      ["run", "a.tune"],
      ["check", "a.tune"],
      ["plan", "a.tune"],
      ["run", "a.txt"],
    ])
      it(`are off in a pipe and on with FORCE_COLOR: ${args.join(" ")}`, async () => {
        delete process.env["NO_COLOR"];
        delete process.env["FORCE_COLOR"];
        const plain = await called(folder, ...args);
        assert.match(plain.stderr + plain.stdout, /error\[/);
        assert.ok(!(plain.stderr + plain.stdout).includes("\u001b"));
        process.env["FORCE_COLOR"] = "1";
        const coloured = await called(folder, ...args);
        assert.ok((coloured.stderr + coloured.stdout).includes("\u001b["));
      });
  });
});
