/** An engine consists of one folder, one record and one name. Code that selects engines by name reads their list. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { registry } from "#stdlib/registry.js";
import { ENGINE_NAMES } from "#kernel/engines/engine.js";
import { allEngines, engines } from "#kernel/engines/engines.js";
import { softwareVersions } from "#kernel/runs/record/versions.js";
import { root } from "#tests/imports.js";

/**
 * The list itself, and the vocabulary word, which must not import the kernel and is therefore compared with the list by
 * this test.
 */
const LISTS = ["kernel/engines/engine.ts", "stdlib/verbs/engine.ts"];

describe("engine names", () => {
  it("match the engine records, each with a folder", () => {
    assert.deepEqual(Object.keys(engines), [...ENGINE_NAMES]);
    for (const name of ENGINE_NAMES) {
      assert.equal(engines[name].name, name);
      assert.ok(readdirSync(join(root, "kernel/engines", name)).includes("record.ts"));
    }
  });

  it("are the values of `engine` besides `auto`, each with a description", () => {
    const { parameters } = registry.find("verb", "engine")!;
    const { type, means = {} } = parameters.find(({ name }) => name === "engine")!;
    assert.deepEqual(type.is === "choice" && type.of, ["auto", ...ENGINE_NAMES]);
    assert.deepEqual(Object.keys(means), ["auto", ...ENGINE_NAMES]);
  });

  it("are listed in no other source file", () => {
    const list = new RegExp(ENGINE_NAMES.map((name) => `"${name}"`).join(",\\s*"));
    const files = ["stdlib", "kernel", "page", "bench", "tests"].flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((file) => `${room}/${file}`),
    );
    const listed = files.filter((file) => file.endsWith(".ts") && list.test(readFileSync(join(root, file), "utf8")));
    assert.deepEqual(listed.sort(), LISTS, "read ENGINE_NAMES of kernel/engines/engine.ts instead");
  });

  it("are recognised by the title prefixes of older runs, and have package versions", () => {
    for (const { titled } of allEngines)
      assert.equal(allEngines.filter((one) => one.titled.startsWith(titled)).length, 1, titled);
    for (const { name, titled, packages } of allEngines) {
      const versions = softwareVersions({ name, title: `${titled} 1.2.3 (CPU)` }, "0");
      assert.ok(packages.length > 0);
      for (const one of packages) assert.match(String(versions[one]), /^\d+\.\d+/, one);
    }
  });
});
