/** The hint shown when clients' label distributions differ strongly. */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { labelSkewHint } from "#kernel/features/federate/session/live-view.js";

const view = (apart: boolean, clients: number) => ({
  name: "drill",
  labels: ["no", "yes"],
  clients: Array.from({ length: clients }, (_, i) => ({
    name: String(i),
    rows: 20,
    labels: apart ? (i % 2 === 0 ? [20, 0] : [0, 20]) : [10, 10],
  })),
});
const plan = (aggregate: string, more: object = {}, training: object = {}): Plan =>
  ({ recipe: { federated: { aggregate: { word: aggregate }, ...more }, training } }) as unknown as Plan;

describe("label skew hint", () => {
  it("appears only if a plain mean of several epochs may fall short", () => {
    assert.match(
      labelSkewHint(view(true, 10), plan("fedavg")) ?? "",
      /labels are 50 % different.*`aggregate: scaffold`/s,
    );
    assert.equal(labelSkewHint(view(false, 10), plan("fedavg")), null);
    assert.equal(labelSkewHint(view(true, 4), plan("fedavg")), null);
    assert.equal(labelSkewHint(view(true, 10), plan("scaffold")), null);
    assert.equal(labelSkewHint(view(true, 10), plan("fedavg", { personal: ["head"] })), null);
    // `scaffold` is not allowed with client privacy.
    assert.equal(labelSkewHint(view(true, 10), plan("fedavg", {}, { privacy: { unit: "client" } })), null);
  });
});
