/** How rows are distributed among clients, as far as it is known before they are read. */
import assert from "node:assert/strict";
import { compiled } from "../../world.js";

const before =
  'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, validation: 10%, test: 10%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\n';
const said = (clients: string): readonly string[] => {
  const text = `${before}federate router on tickets as f { clients: ${clients} }`;
  return compiled(text).diagnostics.map(({ code, span }) => `${code} ${text.slice(span.start, span.end)}`);
};

describe("clients of a federation", () => {
  it("can only be split by existing columns; unknown ones are reported at their place", () => {
    assert.deepEqual(said("by_column(nowhere)"), ["unknown-column nowhere"]);
    assert.deepEqual(said("dirichlet(4, by: nowhere)"), ["unknown-column nowhere"]);
    for (const fine of ["by_column(team)", "dirichlet(4, by: team)", "even(4)"]) assert.deepEqual(said(fine), [], fine);
  });
  it("cannot outnumber the training rows", () => {
    assert.deepEqual(said("even(801)"), ["clients-beyond-rows even(801)"]);
    assert.deepEqual(said("even(800)"), []);
    assert.deepEqual(said("quantity(81)"), ["clients-beyond-rows quantity(81)"]);
    assert.deepEqual(said("shards(401, each: 2)"), ["clients-beyond-rows shards(401, each: 2)"]);
  });
});
