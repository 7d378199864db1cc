/**
 * Programs on pages about the language compile as a reader would run them: each in a separate cell, after the cells
 * before it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { DollarNameFacts } from "#dsl/language/types/facts.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "../../world.js";

const root = new URL("../../../../..", import.meta.url);
const verbs = registry.verbs().map((verb) => verb.name);
/** Results of earlier cells, in the form that a session provides. */
const found = (name: string): Record<string, DollarNameFacts> => ({
  [`${name}.best`]: { value: { record: { "optimizer.learning_rate": "0.001", batch_size: "16" } } },
  [`${name}.best.run`]: { value: "/runs/search_7" },
});

function programsIn(page: string): readonly { readonly text: string; readonly line: number }[] {
  const text = readFileSync(new URL(page, root), "utf8");
  return [...text.matchAll(/^```(?:tune)?\n([\s\S]*?)^```/gm)]
    .map((match) => ({ text: match[1] ?? "", line: text.slice(0, match.index).split("\n").length + 1 }))
    .filter((one) => verbs.some((verb) => one.text.startsWith(`${verb} `)));
}

for (const [page, least] of [["docs/sweeps.md", 7]] as const)
  describe(`programs of ${page}`, () => {
    const programs = programsIn(page);
    const cells = programs.map(({ text }) => text);
    it("are found in the expected number", () => assert.ok(programs.length >= least, String(programs.length)));
    for (const [i, { text, line }] of programs.entries())
      it(`line ${String(line)}: ${text.split("\n")[0] ?? ""}`, () => {
        const { diagnostics, sources } = compiled(cells.slice(0, i + 1), {
          live: { ...found("search"), ...found("found") },
        });
        const own = diagnostics.filter((one) => one.span.source === sources[i]?.id);
        assert.deepEqual(
          own.map(({ code }) => code),
          [],
        );
      });
  });
