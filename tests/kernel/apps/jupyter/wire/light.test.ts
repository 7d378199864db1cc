/** The wire's thread responds first and starts with each kernel, so it loads only what the protocol needs. */
import assert from "node:assert/strict";
import { loadedWith } from "#tests/imports.js";

describe("wire thread", () => {
  it("loads neither the vocabulary nor the language compiler", () => {
    const loaded = [...loadedWith("dist/kernel/apps/jupyter/wire/worker.js")];
    assert.ok(
      loaded.includes("dist/kernel/apps/jupyter/wire/wire.js") &&
        loaded.includes("dist/kernel/runs/history/run-view.js"),
    );
    assert.deepEqual(
      loaded.filter((file) =>
        /^dist\/(?:stdlib\/(?!sources\/shared\/|text\/|platform\/)|dsl\/(?!language\/diagnostics\/|compiler\/checks\/))/.test(
          file,
        ),
      ),
      [],
    );
  });
});
