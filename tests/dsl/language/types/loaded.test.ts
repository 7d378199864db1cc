/** The lookup of words and their implementations names what is missing. */
import assert from "node:assert/strict";
import { implementationOf, loadWordImplementation, mustFindWord } from "#dsl/language/types/loaded.js";
import { makeRegistry, type Word } from "#dsl/language/types/registry.js";

const word = (name: string, more: Partial<Word<"experiment">> = {}): Word<"experiment"> => ({
  ...{ kind: "experiment", name, doc: "", example: "", parameters: [] },
  ...more,
});
const runs = word("runs", { load: () => Promise.resolve("what it does") });
const registry = makeRegistry([runs, word("bare")]);

describe("implementation of a word", () => {
  it("is loaded by kind and name", async () => {
    assert.equal(await implementationOf(registry, "experiment", "runs"), "what it does");
    assert.equal(mustFindWord(registry, "experiment", "runs"), runs);
  });
  it("is reported by name if missing", async () => {
    await assert.rejects(implementationOf(registry, "experiment", "none"), {
      code: "internal",
      data: { what: "there is no experiment none" },
    });
    await assert.rejects(loadWordImplementation(word("bare")), {
      code: "internal",
      data: { what: "the experiment bare has nothing to run" },
    });
  });
});
