/** Models that can share one picture of the loss landscape; the one that cannot is named with the reason. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { landscapeModelsOf, type LandscapeSource } from "#kernel/models/landscape-weights.js";
import { writeSafetensors } from "#kernel/tensors/safetensors.js";

const call = (word: string, given: Readonly<Record<string, Value>>): Call => ({
  kind: "technique",
  word,
  arguments: given,
});

describe("models of one loss landscape", () => {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-landscape-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const NAMES = ["x.weight", "classifier.bias"];
  type Model = NonNullable<LandscapeSource["weights"]>["plan"]["recipe"]["model"];
  const model = (
    name: string,
    o: {
      readonly labels?: readonly string[];
      readonly of?: Partial<Model>;
      readonly tensors?: Readonly<Record<string, readonly (readonly number[])[]>>;
    } = {},
  ): LandscapeSource => {
    const file = join(folder, `${name}.safetensors`);
    const tensors = { "x.weight": [[1, 2, 3], [4, 5, 6]], "classifier.bias": [[7, 8]], ...o.tensors }; // prettier-ignore
    writeSafetensors(
      file,
      Object.fromEntries(
        Object.entries(tensors).map(([key, rows]) => {
          const shape = [...(rows.length > 1 ? [rows.length] : []), rows[0]?.length ?? 0];
          return [key, { dtype: "f32" as const, shape, bytes: new Uint8Array(Float32Array.from(rows.flat()).buffer) }];
        }),
      ),
    );
    const own = { base: "bert", baseHash: "b", technique: call("lora", { rank: 2, alpha: 4 }), ...o.of };
    return {
      name,
      weights: { plan: { recipe: { model: own } }, labels: o.labels ?? ["no", "yes"], checkpoint: { file } },
    };
  };
  const refused = (...others: readonly LandscapeSource[]): string => {
    try {
      landscapeModelsOf(model("m"), others, NAMES);
    } catch (error) {
      if (error instanceof CodedError && error.code === "bad-option") return error.message;
      throw error;
    }
    return "taken";
  };

  it("must share the base, the technique and the labels", () => {
    const from = { technique: call("lora", { rank: 2, alpha: 4, from: "before" }) };
    assert.equal(refused(model("a"), model("b", { of: from }), model("c", { of: { baseHash: null } })), "taken");
    for (const [what, one, why] of [
      ["more labels", model("grown", { labels: ["no", "yes", "maybe"] }), /m cannot be grown: its head has 3 labels, that of m 2$/],
      ["labels in another order", model("turned", { labels: ["yes", "no"] }), /m cannot be turned: label 1 of its head is "yes", that of m "no"$/],
      ["another base", model("based", { of: { base: "other", baseHash: "c" } }), /m cannot be based: its base \(other\) has other content than that of m \(bert\)$/],
      ["ranks that grew", model("wide", { of: { technique: call("lora", { rank: 4, alpha: 8 }) } }), /m cannot be wide: it trains with lora\(rank: 4, alpha: 8\), m with lora\(rank: 2, alpha: 4\)$/],
      ["another technique", model("apart", { of: { technique: call("routed_lora", { ranks: [2, 2], alpha: 4 }) } }), /m cannot be apart: it trains with routed_lora\(ranks: \[2, 2\]\), m with lora\(rank: 2\)$/],
      ["another definition", model("own", { of: { technique: { ...call("lora", { rank: 2, alpha: 4 }), definition: "d" } } }), /m cannot be own: its technique lora is defined otherwise than that of m$/],
      ["other parts that are frozen", model("cold", { of: { freeze: [call("embeddings", {})] } }), /m cannot be cold: the base has other frozen parts than that of m$/],
      ["a tensor of another shape", model("bent", { tensors: { "x.weight": [[1, 2], [3, 4], [5, 6]] } }), /m cannot be bent: its x\.weight is 3 × 2, that of m 2 × 3$/],
    ] as const) assert.match(refused(model("a"), one), why, what); // prettier-ignore
  });

  it("are read with the extra tensors saved for all their weights", () => {
    const beside = { "f/x.weight": [[1, 0, 0], [0, 0, 1]], "f/classifier.bias": [[0, 2]], "g/x.weight": [[1, 0, 0], [0, 0, 1]] }; // prettier-ignore
    const { start, ends } = landscapeModelsOf(model("m"), [model("a", { tensors: beside })], NAMES);
    assert.deepEqual([...start.weights].map(([name, values]) => [name, [...values]]), [["x.weight", [1, 2, 3, 4, 5, 6]], ["classifier.bias", [7, 8]]]); // prettier-ignore
    const [end] = ends;
    assert.deepEqual([...(end?.beside("f/") ?? [])].map(([name, values]) => [name, [...values]]), [["x.weight", [1, 0, 0, 0, 0, 1]], ["classifier.bias", [0, 2]]]); // prettier-ignore
    assert.equal(end?.beside("g/"), null);
    assert.equal(start.beside("f/"), null);
  });
});
