/** The base and task names in an adapter's configuration match those of the Hub and PEFT. */
import assert from "node:assert/strict";
import { registry } from "#stdlib/registry.js";

describe("task names in an adapter configuration", () => {
  it("are PEFT's for every task that PEFT knows", () => {
    const named = registry.ofKind("task").map((task) => [task.name, task.capabilities?.peft ?? null]);
    assert.deepEqual(
      named.filter(([, peft]) => peft === null).map(([name]) => name),
      ["fill_mask"],
    );
    const known = ["SEQ_CLS", "SEQ_2_SEQ_LM", "CAUSAL_LM", "TOKEN_CLS", "QUESTION_ANS", "FEATURE_EXTRACTION"];
    for (const [name, peft] of named) if (peft) assert.ok(known.includes(peft), `${name}: ${peft}`);
  });
});
