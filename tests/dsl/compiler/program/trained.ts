/** Plans of a training, for tests that vary only its keys. */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { compiled } from "../../world.js";

export const before =
  'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, validation: 10%, test: 10%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora }\n';

/** Plans a training on 800 rows. */
export function planOf(keys: string): Plan {
  const { actions, diagnostics } = compiled(`${before}train router on tickets { ${keys} }`);
  const action = actions?.findLast(({ verb }) => verb === "train");
  assert.ok(action?.verb === "train", JSON.stringify(diagnostics));
  return action.plan;
}
