/** Grammars generated from schemas, as text. grammar.e2e.test.ts compares the texts they accept with ajv. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { integerRangeGrammar, numberRangeGrammar } from "#kernel/inference/generation/grammar/number-ranges.js";
import { patternGrammar } from "#kernel/inference/generation/grammar/regex-grammar.js";
import { GrammarRules } from "#kernel/inference/generation/grammar/rules.js";
import { SchemaReader } from "#kernel/inference/generation/grammar/schema-grammar.js";
import { UnsupportedSchemaError } from "#kernel/inference/generation/grammar/unsupported-schema.js";
import { StringLengthTracker } from "#kernel/inference/generation/grammar/string-lengths.js";
import { StringPositions, StringPosition } from "#kernel/inference/generation/grammar/string-positions.js";
import { canTokenOccurInUtf8, incompleteCharacterBytes } from "#kernel/inference/generation/grammar/utf8.js";

/** Converts a grammar expression without further rules to a regular expression. */
function regular(grammar: string): RegExp {
  const text = grammar.replace(/"((?:[^"\\]|\\.)*)"|(\[(?:[^\]\\]|\\.)*\])|\s+/g, (_, quoted?: string, set?: string) =>
    quoted !== undefined ? `(?:${escaped(quoted)})` : (set ?? ""),
  );
  return new RegExp(`^(?:${text.replaceAll(/\\U([0-9a-f]{8})/g, (_, code: string) => `\\u{${code}}`)})$`, "u");
}
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]/]/g, "\\$&");

describe("grammar of a number range", () => {
  const bound = fc.oneof(fc.integer({ min: -1200, max: 1200 }), fc.integer({ min: -(10 ** 9), max: 10 ** 9 }));
  const bounds = fc.record({
    ends: fc.tuple(bound, bound).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const),
    above: fc.boolean(),
    open: fc.constantFrom("none", "least", "most"),
  });
  it("accepts exactly the integers in the range", () =>
    fc.assert(
      fc.property(bounds, fc.array(bound, { maxLength: 20 }), ({ ends: [low, high], above, open }, some) => {
        const [least, most] = [open === "least" ? null : low, open === "most" ? null : high];
        const held = regular(integerRangeGrammar({ least, most, above, below: false }));
        const inside = (x: number): boolean =>
          (least === null || (above ? x > least : x >= least)) && (most === null || x <= most);
        for (const x of [...some, low - 1, low, low + 1, high - 1, high, high + 1, 0])
          assert.equal(held.test(String(x)), inside(x), `${String(x)} of ${String(least)} to ${String(most)}`);
        for (const odd of ["", "-", "-0", "00", "01", "1.0", "+1"]) assert.ok(!held.test(odd), odd);
      }),
      { numRuns: 300 },
    ));
  const part = fc.integer({ min: -3_000_000, max: 3_000_000 }).map((n) => n / 1000);
  it("accepts the numbers in the range with up to six decimal places", () =>
    fc.assert(
      fc.property(part, part, fc.boolean(), fc.array(part, { maxLength: 20 }), (a, b, above, some) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b) + 0.001];
        const held = regular(numberRangeGrammar({ least, most: Number(most.toFixed(3)), above, below: false }));
        for (const x of [...some, least, most, least + 0.0005, least - 0.0005, 0, 1]) {
          const text = String(Number(x.toFixed(6)));
          if (/e/.test(text)) continue;
          const value = Number(text);
          const inside = (above ? value > least : value >= least) && value <= Number(most.toFixed(3));
          assert.equal(held.test(text), inside, `${text} of ${String(least)} to ${String(most)}`);
        }
        assert.ok(!held.test("1.") && !held.test(".5") && !held.test("01"));
      }),
      { numRuns: 300 },
    ));
});

describe("grammar of a quoted pattern", () => {
  const texts = fc.array(
    fc.string({ unit: fc.constantFrom("a", "b", "-", "1", " ", '"', "\\", "\n", "é", "漢"), maxLength: 5 }),
    {
      maxLength: 30,
    },
  );
  for (const pattern of [
    "^a+b?$",
    ".{1,3}",
    "[^a]*",
    "\\S\\d",
    "\\W|ab",
    "(?:a|b){2}-",
    "[a-c1]+",
    "[\\w\\s]*?",
    "a\\-b",
    "^(?<n>a)(b|)$",
    "[é漢]a",
    "\\u0061\\x62",
    '["a\\\\]+',
  ])
    it(`accepts only text that matches ${pattern} and needs no JSON escaping`, () =>
      fc.assert(
        fc.property(texts, (some) => {
          const held = regular(patternGrammar(pattern));
          const whole = new RegExp(`^(?:${pattern})$`, pattern.includes("\\-") ? "" : "u");
          for (const text of some) {
            const plain = !/["\\\u0000-\u001f]/.test(text);
            if (held.test(text)) assert.ok(whole.test(text) && plain, JSON.stringify(text));
            // The grammar accepts every printable ASCII text that the pattern accepts.
            else if (plain && /^[ -~]*$/.test(text)) assert.ok(!whole.test(text), JSON.stringify(text));
          }
        }),
      ));
  for (const pattern of ["(", "a\\nb", '"', "\\bword", "(?=a)b", "a^b", "\\1", "[", "[\\n]", "[\u0400-\u4fff]"])
    it(`rejects ${JSON.stringify(pattern)}`, () =>
      assert.throws(() => patternGrammar(pattern), UnsupportedSchemaError));
});

describe("unsupported schemas", () => {
  for (const [why, schema] of [
    [/`uniqueItems`.*`enum`.*\(at \/properties\/tags\)/, { properties: { tags: { uniqueItems: true } } }],
    [/more items than there are/, { items: { enum: [1, 1, 2] }, uniqueItems: true, minItems: 3 }],
    [/`not` .*\(at \/not\)/, { not: { type: "string" } }],
    [
      /`patternProperties` .*\(at \/properties\/a~1b\/patternProperties\)/,
      { properties: { "a/b": { patternProperties: {} } } },
    ],
    [/`type` .*`anyOf`/, { type: "object", anyOf: [{}] }],
    [/`\$ref` "#\/nope" leads nowhere \(at \/items\)/, { items: { $ref: "#/nope" } }],
    [/leads out of it/, { $ref: "https://example.org/s.json" }],
    [/"strin"/, { type: "strin" }],
    [/`required` has "b"/, { properties: { a: {} }, required: ["b"] }],
    [/pattern or format .*length/, { type: "string", pattern: "a", maxLength: 3 }],
    [/a schema is expected \(at \/items\)/, { items: 3 }],
    [/no number is between/, { type: "integer", minimum: 3, maximum: 2 }],
    [/over 10000/, { type: "array", minItems: 1e9 }],
    [/bound 1e\+30/, { type: "number", minimum: 1e30 }],
    [/several schemas of `allOf`/, { allOf: [{ type: "string" }, { minLength: 3 }] }],
    [/at most 65536 are read/, { description: "x".repeat(70_000) }],
    [/48 deep/, Array.from({ length: 60 }).reduce<object>((inner) => ({ type: "array", items: inner }), {})],
  ] as const)
    it(`are rejected with the reason: ${why.source}`, () =>
      assert.throws(
        () => new SchemaReader(schema as object as Record<string, unknown>, new GrammarRules()).read(schema),
        (error) => error instanceof UnsupportedSchemaError && why.test(error.message),
      ));
  it("include schemas that need too many rules", () => {
    const properties = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`p${String(i)}`, { type: "null" }]));
    const schema = { type: "object", properties };
    assert.throws(() => new SchemaReader(schema, new GrammarRules()).read(schema), /too large|characters/);
  });
});

describe("UTF-8 prefix check", () => {
  it("accepts valid UTF-8, also if it is cut within a character", () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 6 }),
        fc.string({ unit: "binary", maxLength: 4 }),
        fc.nat(3),
        (noise, text, cut) => {
          for (const bytes of [noise, new TextEncoder().encode(text.replace(/\p{Surrogate}/gu, ""))]) {
            const valid = (all: Uint8Array): boolean => {
              try {
                new TextDecoder("utf-8", { fatal: true }).decode(all);
                return true;
              } catch {
                return false;
              }
            };
            const tail = incompleteCharacterBytes(Array.from(bytes));
            if (valid(bytes)) assert.deepEqual(tail, []);
            else assert.ok(tail === null || tail.length > 0);
            if (valid(bytes))
              assert.ok(
                incompleteCharacterBytes(Array.from(bytes.subarray(0, Math.max(0, bytes.length - cut)))) !== null,
              );
            if (tail !== null) assert.ok(canTokenOccurInUtf8(bytes));
          }
        },
      ),
      { numRuns: 500 },
    ));
  it("rejects overlong forms, lone surrogates and code points above the maximum", () => {
    for (const bytes of [[0xc0], [0xe0, 0x80], [0xed, 0xa0], [0xf4, 0x90], [0xf5], [0xff], [0x61, 0x80]])
      assert.equal(incompleteCharacterBytes(bytes), null, String(bytes));
    assert.ok(canTokenOccurInUtf8(Uint8Array.of(0x80, 0x61)) && !canTokenOccurInUtf8(Uint8Array.of(0x61, 0x80)));
  });
});

describe("string length in JSON", () => {
  it("counts characters as written, with an escape as one character", () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 7 }), { maxLength: 4 }),
        fc.integer({ min: 3, max: 8 }),
        (texts, most) => {
          const plain = texts.map((text) => text.replace(/\p{Surrogate}/gu, ""));
          const schema = { type: "array", items: { type: "string", maxLength: most } };
          const lengths = new StringLengthTracker(
            most,
            new StringPosition(new StringPositions(0).positionsOf([{ schema, document: schema }])),
          );
          const json = new TextEncoder().encode(JSON.stringify(plain));
          const fits = Array.from({ length: Math.ceil(json.length / 3) }, (_, i) =>
            json.subarray(3 * i, 3 * i + 3),
          ).every((token) => {
            const allowed = lengths.allows(token);
            lengths.push(token);
            return allowed;
          });
          assert.equal(
            fits,
            plain.every((text) => Array.from(text).length <= most),
          );
        },
      ),
      { numRuns: 400 },
    ));
});

describe("length limits by schema position", () => {
  const choice = (kind: string, most: number) => ({
    type: "object",
    properties: { kind: { const: kind }, said: { type: "string", maxLength: most } },
  });
  const schema = {
    type: "object",
    properties: {
      a: { type: "string", maxLength: 50 },
      'b"': { type: "array", prefixItems: [{ type: "string" }], items: { $ref: "#/$defs/long" } },
      c: {
        type: "object",
        additionalProperties: { anyOf: [{ type: "string", maxLength: 60 }, { enum: ["x".repeat(70)] }] },
      },
      d: { oneOf: [choice("one", 44), choice("two", 55)] },
      [`e${"e".repeat(80)}`]: { type: "string" },
    },
    $defs: { long: { type: "string", maxLength: 90 } },
  };
  /** Whether the complete value may be written with tokens of this many bytes. */
  const fits = (value: unknown, size: number): boolean => {
    const lengths = new StringLengthTracker(
      44,
      new StringPosition(new StringPositions(40).positionsOf([{ schema, document: schema }])),
    );
    const json = new TextEncoder().encode(JSON.stringify(value));
    for (let at = 0; at < json.length; at += size) {
      const token = json.subarray(at, at + size);
      if (!lengths.allows(token)) return false;
      lengths.push(token);
    }
    return true;
  };
  const text = (length: number): string => 'é\n"'.repeat(length).slice(0, length);
  for (const size of [1, 7, 30])
    it(`limit each string by its own schema with tokens of ${String(size)} bytes`, () => {
      for (const [most, put] of [
        [50, (s: string) => ({ a: s })],
        [50, (s: string) => ({ d: {}, a: s })],
        [Infinity, (s: string) => ({ 'b"': [s] })],
        [90, (s: string) => ({ a: "", 'b"': ["", s] })],
        [90, (s: string) => ({ 'b"': ["", "x", s] })],
        [60, (s: string) => ({ c: { [text(80)]: s } })],
        [44, (s: string) => ({ d: { kind: "one", said: s } })],
        [55, (s: string) => ({ d: { kind: "two", said: s } })],
        [44, (s: string) => ({ d: { said: s } })],
        [Infinity, (s: string) => ({ [`e${"e".repeat(80)}`]: s })],
      ] as const)
        for (const length of [0, 43, 44, 45, 50, 51, 55, 56, 60, 61, 90, 91, 200])
          assert.equal(
            fits(put(text(length)), size),
            length <= most,
            `${String(length)} of ${JSON.stringify(put(""))}`,
          );
    });
});

describe("length limits in a recursive schema", () => {
  /** Each schema can contain any of them, and a text with its own maximum length. */
  const names = Array.from("ABCDEFGH");
  const refs = names.map((name) => ({ $ref: `#/$defs/${name}` }));
  const node = (name: string, i: number) => ({
    type: "object",
    properties: { kind: { const: name }, x: { anyOf: refs }, t: { type: "string", maxLength: 50 + i } },
  });
  const $defs = Object.fromEntries(names.map((name, i) => [name, node(name, i)]));
  const schema = { ...refs[0]!, $defs };
  const utf8 = new TextEncoder();
  it("apply at any depth without growing cost", () => {
    const since = performance.now();
    const lengths = new StringLengthTracker(
      50,
      new StringPosition(new StringPositions(40).positionsOf([{ schema, document: schema }])),
    );
    // Recomputing the possible positions at each level would multiply them by eight per level.
    for (let i = 0; i < 6; i++) lengths.push(utf8.encode('{"x":'));
    assert.ok(performance.now() - since < 300, `${String(performance.now() - since)} ms`);
    for (let i = 0; i < 2000; i++) lengths.push(utf8.encode('{"x":'));
    lengths.push(utf8.encode('{"t":"'));
    assert.ok(lengths.allows(utf8.encode("x".repeat(50))));
    assert.ok(!lengths.allows(utf8.encode("x".repeat(51))));
  });
  it("follow the variant chosen at each position only", () => {
    const lengths = new StringLengthTracker(
      50,
      new StringPosition(new StringPositions(40).positionsOf([{ schema, document: schema }])),
    );
    const most = (): number => {
      for (let n = 49; n < 70; n++) if (!lengths.allows(utf8.encode("x".repeat(n)))) return n - 1;
      return Infinity;
    };
    lengths.push(utf8.encode('{"x":{"kind":"E","t":"'));
    assert.equal(most(), 54);
    lengths.push(utf8.encode('"},"x":{"t":"'));
    assert.equal(most(), 50);
    lengths.push(utf8.encode('","kind":"H","t":"'));
    assert.equal(most(), 57);
    lengths.push(utf8.encode('"},"t":"'));
    assert.equal(most(), 50);
  });
  it("are infinite for references that only lead to themselves", () => {
    const own = { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } };
    const place = new StringPosition(new StringPositions(40).positionsOf([{ schema: own, document: own }]));
    assert.equal(place.most, Infinity);
    assert.equal(place.property("x").item(3).most, Infinity);
  });
});

describe("expensive schemas", () => {
  const read = (schema: Readonly<Record<string, unknown>>): string =>
    new SchemaReader(schema, new GrammarRules()).read(schema);
  it("with a long pattern are read within 1.5 seconds", () => {
    const since = performance.now();
    read({ type: "string", pattern: "a".repeat(32_000) });
    assert.ok(performance.now() - since < 1500, `${String(performance.now() - since)} ms`);
  });
  for (const [what, schema] of Object.entries({
    "groups within groups": { type: "string", pattern: "(".repeat(2000) + "a" + ")".repeat(2000) },
    "groups that nothing closes": { type: "string", pattern: "(".repeat(4000) },
    "a long name beside others": {
      properties: { ["n".repeat(3000)]: true },
      additionalProperties: true,
    },
    "a reference that is no address": { $ref: "#/%zz" },
    "times of times": { type: "string", pattern: "(b{1,10000}){1,10000}" },
    "times beside times": { type: "string", pattern: "(?:a|b{6000})(b{6000})" },
    "more times than may be": { type: "string", pattern: "b{99999}" },
    "classes that are written long": { type: "string", pattern: "\\W".repeat(20_000) },
    "many patterns that are long": {
      type: "array",
      prefixItems: Array.from({ length: 20 }, () => ({ type: "string", pattern: "\\W".repeat(1500) })),
    },
  }))
    it(`are rejected quickly: ${what}`, () => {
      const since = performance.now();
      assert.throws(() => read(schema), UnsupportedSchemaError);
      assert.ok(performance.now() - since < 500, `${String(performance.now() - since)} ms`);
    });
  for (const pattern of ["b{1,10000}", "(?:b{1,100}){1,100}", "(a{1,20}\\.){0,3}b{2,}", "[^a]".repeat(9000)])
    it(`are accepted if the grammar stays small: ${pattern.slice(0, 30)}`, () =>
      void read({ type: "string", pattern }));
});
