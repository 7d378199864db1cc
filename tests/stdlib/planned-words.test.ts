/** Planned words: none is built already, and each could be written in a program. */
import assert from "node:assert/strict";
import type { ValueType } from "#dsl/language/types/registry.js";
import { words } from "#stdlib/manifest.generated.js";
import { plannedWords } from "#stdlib/planned-words.js";
import { registry } from "#stdlib/registry.js";

function kindsIn(type: ValueType): readonly string[] {
  if (type.is === "word") return [type.kind];
  if (type.is === "either") return type.of.flatMap(kindsIn);
  return type.is === "list" ? kindsIn(type.of) : [];
}

describe("planned words", () => {
  it("do not exist as built words", () => {
    const built = new Set(words.map(({ kind, name }) => `${kind} ${name}`));
    assert.ok(plannedWords.length > 0);
    assert.deepEqual(
      plannedWords.map(({ kind, name }) => `${kind} ${name}`).filter((word) => built.has(word)),
      [],
      "these are built: take them out of stdlib/planned-words.ts",
    );
  });
  it("belong to kinds that some parameter or statement accepts", () => {
    const asked = new Set(["subject", ...registry.words.flatMap((w) => w.parameters.flatMap((p) => kindsIn(p.type)))]);
    assert.deepEqual(
      plannedWords.map(({ kind }) => kind).filter((kind) => !asked.has(kind)),
      [],
    );
  });
});
