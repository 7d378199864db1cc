/** Definitions of used files, as a host reads them. */
import assert from "node:assert/strict";
import type { Action } from "#dsl/compiler/plan/action.js";
import { compiled, definitions } from "../../world.js";

const files = {
  "g.tune": `${definitions}model w { base: "SmolLM2", task: text_generation }`,
  "broken.tune": 'model b { base: "minilm", task: text_classification, technique: lora(rank: "a") }',
};
const verbs = (actions: readonly Action[] | undefined): readonly string[] =>
  (actions ?? []).map((one) =>
    "name" in one ? `${one.verb} ${one.name}${"brought" in one ? " brought" : ""}` : one.verb,
  );

describe("definitions of a used file", () => {
  it("are emitted once, before the first statement that uses them", () => {
    const { codes, actions } = compiled('use "g.tune"\nshow d, m, d\npredict w on "hello"', { files });
    assert.deepEqual(codes, []);
    assert.deepEqual(verbs(actions), [
      ...["use", "data d brought", "show", "model m brought", "show", "show"],
      ...["model w brought", "predict w"],
    ]);
    const inline = compiled(`${files["g.tune"]}\nshow d, m`, { files }).actions ?? [];
    for (const is of ["data", "model"] as const) {
      const [here, there] = [inline, actions ?? []].map((all) => all.find((one) => one.verb === is));
      const plain = (action: Action | undefined): unknown =>
        JSON.parse(JSON.stringify({ ...action, span: 0, brought: 0, told: 0 }).replaceAll('"/used"', '"."'));
      assert.deepEqual(plain(there), plain(here));
    }
  });
  it("are emitted in a later cell, too, but not if no statement acts on them", () => {
    assert.deepEqual(verbs(compiled(['use "g.tune"', "show m"], { files }).actions), ["model m brought", "show"]);
    assert.deepEqual(verbs(compiled('use "g.tune"\nmodel n like m { max_length: 64 }', { files }).actions), [
      ...["use", "model n"],
    ]);
  });
  it("are reported once if they fail on this machine", () => {
    const base = { failed: { code: "base-not-found", data: { name: "minilm", searched: [] } } } as const;
    for (const act of ["show m", 'predict w on "a"']) {
      const { codes } = compiled(`use "g.tune"\n${act}`, { files, base });
      assert.deepEqual(codes, ["base-not-found"], act);
    }
  });
  it("are not emitted if they have errors", () => {
    assert.deepEqual(compiled('use "broken.tune"\nshow b', { files }).codes, ["error-in-used-file"]);
  });
});
