/** References of JSON schemas and other names chosen by a request: none resolves to an object's prototype. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { resolveReference } from "#kernel/inference/generation/grammar/schema-references.js";
import { GrammarRules, type SchemaObject } from "#kernel/inference/generation/grammar/rules.js";
import { SchemaReader } from "#kernel/inference/generation/grammar/schema-grammar.js";
import { StringPositions, StringPosition } from "#kernel/inference/generation/grammar/string-positions.js";
import { UnsupportedSchemaError } from "#kernel/inference/generation/grammar/unsupported-schema.js";

const INHERITED = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...Object.getOwnPropertyNames(Array.prototype),
  ...Object.getOwnPropertyNames(Function.prototype),
];
const percent = (name: string): string => name.replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const document: SchemaObject = {
  $defs: { "a/b": { type: "null" }, "m~n": { type: "null" }, "c d": { type: "boolean" }, "~1": { const: 1 } },
  anyOf: [{ type: "string" }, { type: "number" }],
  items: { $ref: "#/$defs/a~1b" },
};
const refused = (reference: unknown): void =>
  assert.throws(() => resolveReference(document, reference), UnsupportedSchemaError, String(reference));

describe("JSON schema reference", () => {
  it("resolves an own property with any characters in its name", () => {
    for (const [reference, found] of [
      ["#", document],
      ["#/$defs/a~1b", { type: "null" }],
      ["#/%24defs/m~0n", { type: "null" }],
      ["#/$defs/c%20d", { type: "boolean" }],
      ["#/$defs/~01", { const: 1 }],
      ["#/anyOf/1", { type: "number" }],
    ] as const)
      assert.deepEqual(resolveReference(document, reference), found, reference);
  });
  it("never resolves a property inherited by an object, a list or a function", () => {
    const encoded = (name: string): fc.Arbitrary<string> => fc.constantFrom(name, percent(name));
    const name = fc.constantFrom(...INHERITED).chain(encoded);
    const before = fc.constantFrom("#", "#/$defs", "#/anyOf", "#/anyOf/0", "#/$defs/a~1b/type");
    fc.assert(
      fc.property(before, fc.array(name, { minLength: 1, maxLength: 3 }), (path, names) =>
        refused([path, ...names].join("/")),
      ),
      { numRuns: 500 },
    );
  });
  it("resolves a list item only by its index", () => {
    for (const index of ["", "00", "01", "-1", "+1", "1.0", "1e0", "0x1", " 1", "1%20", "2", "length", "-"])
      refused(`#/anyOf/${index}`);
  });
  it("is read as a JSON pointer", () => {
    for (const reference of ["#name", "#$defs/a~1b", "#anyOf/0", "a#/anyOf/0", "#/%zz", ["#/anyOf/0"], 0, null])
      refused(reference);
    // The check also applies if the same reference was resolved before.
    const twice = { anyOf: [{ $ref: "#/$defs/a" }, { $ref: ["#/$defs/a"] }], $defs: { a: { type: "null" } } };
    assert.throws(() => new SchemaReader(twice, new GrammarRules()).read(twice), UnsupportedSchemaError);
  });
});

describe("inherited object property name in a schema", () => {
  const read = (schema: SchemaObject): string => {
    const rules = new GrammarRules();
    return rules.grammar(new SchemaReader(schema, rules).read(schema), null).rules;
  };
  it("is treated as an unknown format", () => {
    for (const format of INHERITED)
      assert.equal(read({ type: "string", format }), read({ type: "string", format: "unknown" }), format);
  });
  it("keeps the length limit when used as a format", () => {
    for (const format of INHERITED) {
      const schema = { type: "string", format, maxLength: 50 };
      assert.equal(
        new StringPosition(new StringPositions(40).positionsOf([{ schema, document: schema }])).most,
        50,
        format,
      );
    }
  });
  it("is treated as a property that the schema does not name", () => {
    const bounded = { type: "object", properties: { said: { type: "string", maxLength: 50 } } };
    const schema = { anyOf: [bounded, { type: "object" }] };
    for (const name of INHERITED) {
      const place = new StringPosition(new StringPositions(40).positionsOf([{ schema, document: schema }]));
      place.narrow(name, "a text");
      assert.equal(place.property("said").most, 50, name);
    }
  });
});
