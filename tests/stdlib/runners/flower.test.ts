/** How `flower` identifies a SuperLink, and which addresses are equal. */
import assert from "node:assert/strict";
import { asFederationRunner, asWorkerRunner, type FlowerTransportOptions } from "#stdlib/runners/kind.js";
import { superlinkAddressFault } from "#stdlib/runners/shared/superlink.js";
import { registry } from "#stdlib/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { compiled } from "#tests/dsl/world.js";

async function placeOf(written: string): Promise<FlowerTransportOptions> {
  const { actions, codes } = compiled(
    `data d { source: csv("a.csv"), columns: { text: text, label: label } }
data e like d { source: csv("b.csv") }
model m { base: "minilm", task: text_classification }
federate m on d, e as f { runner: ${written} }`,
  );
  assert.deepEqual(codes, []);
  const action = actions?.findLast(({ verb }) => verb === "federate");
  assert.ok(action?.verb === "federate");
  const call = action.plan.effects.runner as Call;
  const runner = asFederationRunner(await registry.find("runner", call.word)!.load!());
  return runner.federation(call, { flower: (place) => place });
}

describe("runner flower", () => {
  it("returns the SuperLink address, and timeouts in seconds", async () => {
    const usual = { superlink: "http://127.0.0.1:8000", plain: false, wait: 300, round: 3600 };
    assert.deepEqual(await placeOf('flower("http://127.0.0.1:8000")'), usual);
    assert.deepEqual(await placeOf('flower("http://far:8000", plain: true, wait: 10s, round: 2min)'), {
      ...{ superlink: "http://far:8000", plain: true, wait: 10, round: 120 },
    });
    assert.deepEqual(await placeOf('flower("https://far:8000", certificates: "ca.crt")'), {
      ...{ ...usual, superlink: "https://far:8000", certificates: "ca.crt" },
    });
  });

  it("is no worker runner, and worker runners run no federation", async () => {
    const [flower, processes] = await Promise.all(
      ["flower", "processes"].map((name) => registry.find("runner", name)!.load!()),
    );
    assert.throws(() => asWorkerRunner(flower!));
    assert.throws(() => asFederationRunner(processes!));
    assert.ok(asWorkerRunner(processes!).start);
  });

  it("accepts one http or https address; plain http to another machine needs permission", () => {
    const code = (text: string, plain = false): string | undefined => superlinkAddressFault(text, plain)?.code;
    for (const text of [
      "https://a.example:8000",
      "https://10.0.0.7",
      "http://localhost:1",
      "http://[::1]:1",
      "http://127.9.9.9:1",
    ])
      assert.equal(code(text), undefined, text);
    for (const text of ["a:8000", "ftp://a", "https://a/b", "https://u:p@a", "https://a?x", "https://a#x", ""])
      assert.equal(code(text), "flower-url", text);
    for (const text of [
      "http://a.example",
      "http://10.0.0.7",
      "http://127.0.0.1.example",
      "http://localhost.example",
    ]) {
      assert.equal(code(text), "flower-plain", text);
      assert.equal(code(text, true), undefined, text);
    }
  });
});
