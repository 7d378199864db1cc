/** JSON completions: whether they parse, match a schema, and have the right fields. */
import assert from "node:assert/strict";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { jsonFieldsIn, parseJson, jsonFieldPath } from "#stdlib/metrics/shared/json-fields.js";
import { registry } from "#stdlib/registry.js";

const ORDER = {
  type: "object",
  required: ["id", "when"],
  properties: {
    id: { type: "integer" },
    when: { type: "string", format: "date" },
    items: { type: "array", prefixItems: [{ type: "string" }], items: { $ref: "#/$defs/name" } },
  },
  $defs: { name: { type: "string", minLength: 2 } },
};
const world = (text: string) => ({ text: () => text });

async function metricOf(word: string, schema?: unknown): Promise<MetricImplementation> {
  const metric = (await registry.find("metric", word)!.load!()) as MetricImplementation;
  if (schema === undefined) return metric;
  return metric.prepared!(callOf(word), world(typeof schema === "string" ? schema : JSON.stringify(schema)));
}
const callOf = (word: string): Call => ({ kind: "metric", word, arguments: { schema: "order.json" } });

async function score(word: string, rows: readonly (readonly [string, unknown])[], schema?: unknown): Promise<number> {
  const texts = {
    written: rows.map(([written]) => written),
    targets: rows.map(([, target]) => (typeof target === "string" ? target : JSON.stringify(target))),
  };
  const metric = await metricOf(word, schema);
  const value = metric.ofWritten!(callOf(word), texts);
  const all = Uint32Array.from(rows, (_, row) => row);
  assert.equal(metric.samplers!.ofWritten!(callOf(word), texts)(all), value, "all rows drawn once are all rows");
  return value;
}
const near = (got: number, wanted: number) => assert.ok(Math.abs(got - wanted) < 1e-12, `${got}, not ${wanted}`);

describe("metrics of generated JSON", () => {
  it("json_validity: counts texts that are JSON from start to end", async () => {
    const texts = ['{"a": 1}', " [1, 2]\n", "3", '```json\n{"a": 1}\n```', "{a: 1}", "", '{"a": 1} and more'];
    near(
      await score(
        "json_validity",
        texts.map((text) => [text, ""]),
      ),
      3 / 7,
    );
  });
  it("json_validity: checks types, required keys, references, formats and tuple items of a schema", async () => {
    const texts: readonly (readonly [string, boolean])[] = [
      ['{"id": 1, "when": "2026-11-27"}', true],
      ['{"id": 1, "when": "2026-11-27", "items": ["a", "bc"], "more": true}', true],
      ['{"id": 1, "when": "2026-11-27", "items": ["ab", "c"]}', false],
      ['{"id": 1.5, "when": "2026-11-27"}', false],
      ['{"id": 1, "when": "2026-02-30"}', false],
      ['{"id": 1}', false],
    ];
    for (const [text, valid] of texts) near(await score("json_validity", [[text, ""]], ORDER), valid ? 1 : 0);
  });
  it("read earlier schema drafts if the schema declares one", async () => {
    const tuple = { items: [{ type: "string" }, { type: "number" }], additionalItems: false };
    const seven = { $schema: "http://json-schema.org/draft-07/schema#", ...tuple };
    const nineteen = { $schema: "https://json-schema.org/draft/2019-09/schema", ...tuple };
    for (const schema of [seven, nineteen]) {
      near(await score("json_validity", [['["a", 1]', ""]], schema), 1);
      near(await score("json_validity", [['["a", 1, 2]', ""]], schema), 0);
    }
  });
  it("explain why a schema is invalid, and fetch nothing", async () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      ["{", /JSON/],
      [[1], /neither an object/],
      [{ type: "strin" }, /type/],
      [{ $ref: "https://elsewhere.example/schema.json" }, /elsewhere\.example/],
      [{ $schema: "http://json-schema.org/draft-04/schema#" }, /draft-04/],
      [{ pattern: "(" }, /pattern|regular expression/i],
    ];
    for (const [schema, why] of wrong)
      await assert.rejects(
        metricOf("json_validity", schema),
        (error: Error & { code: string; data: { why: string } }) => {
          assert.equal(error.code, "schema-malformed");
          assert.match(error.data.why, why);
          return true;
        },
      );
  });
  it("list the path and value of each field", () => {
    const fields = jsonFieldsIn({ a: " x ", b: [1, 1, { c: null, "d.e": false }], f: {}, g: [] });
    assert.deepEqual(
      [...fields].map(([field, count]) => [jsonFieldPath(field), count]).toSorted(),
      [
        ["a", 1],
        ["b[]", 2],
        ['b[]."d.e"', 1],
        ["f", 1],
        ["g", 1],
      ].toSorted(),
    );
    assert.deepEqual(jsonFieldsIn({ a: 1 }), jsonFieldsIn({ a: 1.0, b: null }));
    assert.notDeepEqual(jsonFieldsIn({ a: 1 }), jsonFieldsIn({ a: "1" }));
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    assert.equal(jsonFieldsIn(parseJson(deep)!.is).size, 1);
  });
  it("field_f1: sums found, generated and expected fields over all rows", async () => {
    const rows = [
      ['{"name": "Ada", "born": 1815}', { name: "Ada", born: 1815 }],
      ['{"name": "Alan", "born": 1913, "died": 1954}', { name: "Alan", born: 1912 }],
      ["I don't know", { name: "Grace", born: null }],
      ['{"tags": ["b", "a", "a"]}', { tags: ["a", "b", "c"] }],
    ] as const;
    // Fields per row: 2 + 1 + 0 + 2 in both; 2 + 3 + 0 + 3 in the completion; 2 + 2 + 1 + 3 in the reference.
    near(await score("field_f1", rows), (2 * 5) / (8 + 8));
    const strict = { type: "object", properties: { died: false } };
    near(await score("field_f1", rows, strict), (2 * 4) / (5 + 8));
  });
  it("field_f1: reports the worst fields, and why it is undefined", async () => {
    const metric = await metricOf("field_f1");
    const call = callOf("field_f1");
    const texts = {
      written: ['{"name": "Ada", "born": 1}', '{"name": "Alan"}'],
      targets: ['{"name": "Ada", "born": 2}', "no JSON"],
    };
    assert.deepEqual(metric.notes!.ofWritten!(call, texts), [
      "by field: born 0.00, name 0.67",
      "1 of 2 targets are no JSON: they have no field to find",
    ]);
    const none = { written: ["{}"], targets: ["plain"] };
    assert.ok(Number.isNaN(metric.ofWritten!(call, none)));
    assert.match(metric.why!.ofWritten!(call, none)!, /no target is JSON.*plain/);
  });
});
