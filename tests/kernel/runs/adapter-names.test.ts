/** What an adapter's configuration calls its base and its task: as the hub and PEFT do. */
import assert from "node:assert/strict";
import { registry } from "#stdlib/registry.js";

describe("names in an adapter's configuration", () => {
  it("has PEFT's name of every task but of those that PEFT doesn't know", () => {
    const named = registry.ofKind("task").map((task) => [task.name, task.capabilities?.peft ?? null]);
    assert.deepEqual(
      named.filter(([, peft]) => peft === null).map(([name]) => name),
      ["fill_mask"],
    );
    const known = ["SEQ_CLS", "SEQ_2_SEQ_LM", "CAUSAL_LM", "TOKEN_CLS", "QUESTION_ANS", "FEATURE_EXTRACTION"];
    for (const [name, peft] of named) if (peft) assert.ok(known.includes(peft), `${name}: ${peft}`);
  });
});
