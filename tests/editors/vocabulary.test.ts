/** The vocabulary that editors receive, generated from the registry alone. */
import assert from "node:assert/strict";
import { makeExtensibleRegistry } from "#dsl/language/types/registry.js";
import { vocabularyOf } from "#editors/vocabulary.js";
import { registry } from "#stdlib/registry.js";

describe("vocabulary for editors", () => {
  const told = vocabularyOf(registry);

  it("has every verb and connector, and those that a new name follows", () => {
    assert.deepEqual(new Set(told.verbs), new Set(registry.verbs().map(({ name }) => name)));
    const connectors = registry.verbs().flatMap((verb) => Object.keys(verb.connectors));
    assert.deepEqual(new Set(told.connectors), new Set(connectors));
    assert.ok(told.naming.includes("model") && !told.naming.includes("train"));
    assert.ok(told.naming.every((verb) => told.verbs.includes(verb)));
    assert.ok(told.namingConnectors.every((connector) => told.connectors.includes(connector)));
  });

  it("has all built words, and leaves out planned ones", () => {
    const words = registry.words.filter(({ kind }) => kind !== "verb");
    const planned = new Set(words.filter((word) => word.planned).map(({ name }) => name));
    const built = new Set(words.filter((word) => !word.planned).map(({ name }) => name));
    assert.deepEqual(new Set(told.words), built);
    assert.ok(planned.size > 0 && [...planned].some((name) => !told.words.includes(name)));
  });

  it("has a word that a session defines", () => {
    const grown = makeExtensibleRegistry(registry);
    const [lora] = registry.ofKind("technique").filter(({ name }) => name === "lora");
    assert.ok(lora);
    grown.define({ ...lora, name: "own_technique" });
    assert.ok(vocabularyOf(grown).words.includes("own_technique"));
    assert.ok(!told.words.includes("own_technique"));
  });

  it("has no duplicates", () => {
    for (const [list, names] of Object.entries(told)) assert.equal(new Set(names).size, names.length, list);
  });
});
