/** Public examples of other tools, by name: the expected outcome of each, and that no setting is lost silently. */
import assert from "node:assert/strict";
import { parse } from "#dsl/language/syntax/parse.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "#tests/dsl/world.js";
import { examples, outcomeOf, silentIn } from "./corpus.js";

const verbs = registry.verbs().map((verb) => verb.name);
const tools = [...new Set(examples.map(({ of }) => of))];
/** Diagnostics that depend on a base, on files or on rows, or that concern programs without a base. */
const elsewhere = new Set([
  ...[
    "task-not-for-base",
    "too-long",
    "rate-far-off",
    "missing-key",
    "warm-up-takes-all",
    "no-target",
    "rank-not-low",
    "needs-validation",
  ],
]);

describe("public examples of other tools", () => {
  for (const tool of tools) {
    const own = examples.filter(({ of }) => of === tool);
    it(`have the expected outcome: ${tool}`, () => {
      for (const one of own) {
        const outcome = outcomeOf(one);
        const wanted = one.whole ? "whole" : one.refused ? "refused" : "named";
        assert.equal(outcome.is, wanted, `${one.for[0] ?? ""}: ${JSON.stringify(outcome)}`);
        if (outcome.is === "named")
          assert.deepEqual([...outcome.named].sort(), [...(one.named ?? [])].sort(), one.for[0]);
        if (outcome.is === "refused")
          assert.deepEqual([...outcome.refused].sort(), [...(one.refused ?? [])].sort(), one.for[0]);
      }
    });
    it(`have every setting carried over, named, idle or refused: ${tool}`, () => {
      assert.deepEqual(
        own.flatMap((one) => silentIn(one).map((setting) => `${one.for[0] ?? ""}: ${setting}`)),
        [],
      );
    });
    it(`give valid Tune, except for missing files and bases: ${tool}`, () => {
      for (const one of own) {
        const outcome = outcomeOf(one);
        if (outcome.is === "refused") continue;
        assert.deepEqual(parse({ id: "x", title: "x", text: outcome.program }, verbs).diagnostics, [], one.for[0]);
        const written = outcome.program.replace(/^\/\/.*$/gm, "");
        const table = [...written.matchAll(/"(?:[^"\\]|\\.)*"|[\p{ID_Start}_][\p{ID_Continue}]*/gu)].map(([name]) =>
          name.startsWith('"') ? name.slice(1, -1) : name,
        );
        table.push("instruction", "input", "output");
        const { codes } = compiled(outcome.program, { table });
        assert.deepEqual(
          codes.filter((code) => !elsewhere.has(code)),
          [],
          `${one.for[0] ?? ""}\n${outcome.program}`,
        );
      }
    });
  }
});
