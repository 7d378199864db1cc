/** Texts of a random model constrained by schemas: ajv accepts all of them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import { GrammarCache } from "#kernel/inference/generation/grammar/grammar-cache.js";
import { GrammarThreadPool } from "#kernel/inference/generation/grammar/thread-pool.js";
import { TokenBytes } from "#kernel/inference/generation/token-bytes.js";
import { createTextGenerator, type TextGenerator } from "#kernel/inference/generation/text-generator.js";
import type { TextChunk, GenerationRequest } from "#kernel/inference/generation/generation-request.js";
import { until } from "#tests/until.js";
import { writeTokenizer } from "../../session/small-tokenizers.js";
import { chanceOf, tableWriter } from "./table-writer.js";
import { asked, modelIn, whole } from "./requests.js";

type Two = [GrammarCache, GrammarCache];
type Schema = Readonly<Record<string, unknown>>;
const word = { type: "string", maxLength: 6 };
const schemas: Readonly<Record<string, Schema>> = {
  "an object": { type: "object", properties: { a: { type: "boolean" }, b: { type: "null" } }, required: ["a", "b"] },
  "what may be missing": {
    type: "object",
    properties: { a: { type: "boolean" }, b: { enum: [1, 2] }, c: word },
    required: ["b"],
    additionalProperties: false,
  },
  "a choice": { type: "string", enum: ["yes", "no", 'per"haps', "日本"] },
  "one of several things": { anyOf: [{ type: "boolean" }, { type: "array", items: { type: "null" }, maxItems: 2 }] },
  "a list": { type: "array", items: { enum: ["a", "b", 3] }, minItems: 2, maxItems: 4 },
  "whole numbers between two": { type: "integer", minimum: -3, maximum: 17 },
  "numbers in a list": {
    type: "array",
    items: { type: "integer", minimum: 0, maximum: 999 },
    minItems: 1,
    maxItems: 3,
  },
  "a pattern": { type: "string", pattern: "^[a-c]{2,3}-[0-9]{2}$" },
  "an object in an object": {
    type: "object",
    properties: { at: { type: "object", properties: { x: { const: 1 }, y: word }, required: ["x", "y"] } },
    required: ["at"],
  },
  "what is defined beside it": {
    type: "object",
    properties: { first: { $ref: "#/$defs/colour" }, second: { $ref: "#/$defs/colour" } },
    required: ["first", "second"],
    $defs: { colour: { enum: ["red", "green"] } },
  },
  "what holds itself": {
    $ref: "#/$defs/node",
    $defs: {
      node: {
        type: "object",
        properties: { v: { type: "boolean" }, next: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] } },
        required: ["v", "next"],
        additionalProperties: false,
      },
    },
  },
  "names of its own": { type: "object", additionalProperties: { type: "boolean" } },
  "a tuple": { type: "array", prefixItems: [{ const: "x" }, { type: "boolean" }], items: false, minItems: 2 },
  "of several types": { type: ["boolean", "null"] },
  lengths: { type: "string", minLength: 2, maxLength: 4 },
  "any text": { type: "array", items: { type: "string" }, maxItems: 2 },
  "characters of all kinds": { type: "string", pattern: '^.{1,3}\\S\\W[^a-z"]?(x|y{2})*$' },
  "numbers between two": { type: "number", minimum: -1.25, maximum: 10.5 },
  "numbers above one": { type: "array", items: { type: "number", exclusiveMinimum: 0.001 }, minItems: 3, maxItems: 3 },
  "whole numbers above one": {
    type: "array",
    items: { type: "integer", exclusiveMinimum: 3 },
    minItems: 3,
    maxItems: 3,
  },
  numbers: { type: "array", items: { type: ["number", "integer"] }, minItems: 2, maxItems: 2 },
  "names beside names": {
    type: "object",
    properties: { a: { type: "null" }, ab: { type: "null" } },
    required: ["a"],
    additionalProperties: { type: "boolean" },
  },
  "odd names": { type: "object", properties: { 'a"b\n': { const: "c\\d/é" } }, required: ['a"b\n'] },
  anything: {},
  "a text alone": { type: "string" },
  "long texts": {
    type: "array",
    items: {
      anyOf: [
        { type: "string", minLength: 35, maxLength: 45 },
        { type: "string", maxLength: 1000 },
      ],
    },
    minItems: 2,
    maxItems: 2,
  },
  "texts of lengths of their own": {
    type: "object",
    properties: {
      a: { type: "string", minLength: 38, maxLength: 41 },
      b: { type: "array", items: { type: "string", minLength: 40, maxLength: 60 }, minItems: 2, maxItems: 2 },
    },
    required: ["a", "b"],
  },
  "items that are all different": {
    type: "array",
    items: { enum: ["a", "b", 3, "c"] },
    uniqueItems: true,
    minItems: 2,
    maxItems: 3,
  },
  "items that may be all there are": { items: { enum: [true, false] }, uniqueItems: true },
  formats: {
    type: "array",
    prefixItems: ["date", "time", "date-time", "duration", "email", "hostname", "ipv4", "uuid"].map((format) => ({
      type: "string",
      format,
    })),
    minItems: 8,
  },
};

for (const kind of ["byteLevel", "byteFallback"] as const)
  describe(`schema-constrained generation, ${kind} tokenizer`, function () {
    this.timeout(60_000);
    let folder: string;
    let tokenizer: Tokenizer;
    let writes: TextGenerator;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "tunebook-grammar-"));
      writeTokenizer(folder, kind);
      tokenizer = await loadTokenizer(folder);
      const writer = tableWriter(tokenizer.vocabulary, 2048, chanceOf(3));
      writes = await createTextGenerator({ ...modelIn(folder), tokenizer, by: { writer } });
    });
    after(() => {
      writes.close();
      rmSync(folder, { recursive: true });
    });
    const texts = async (o: Partial<GenerationRequest>): Promise<readonly (TextChunk & { text: string })[]> =>
      whole(await writes.write(asked(o)));

    // Random choice ends a text too rarely, so closing tokens get a bias. The grammar does not need it.
    const closing = async (): Promise<Record<number, number>> => {
      const ids = (await tokenizer.encode([`"}],`], 1e9))[0]!;
      return Object.fromEntries(Array.from(ids, (id) => [id, 4]));
    };
    for (const [name, schema] of Object.entries(schemas))
      it(`${name}: ends all ten samples with valid text`, async () => {
        const valid = formats.default(new Ajv2020({ strict: false })).compile(schema);
        const sampling = { temperature: 1, seed: 7, bias: await closing() };
        const all = await texts({ choices: 10, maxTokens: 900, sampling, shape: { is: "schema", schema } });
        assert.equal(all.length, 10);
        for (const { text, ended } of all) {
          assert.equal(ended, "end", text.slice(-200));
          assert.ok(valid(JSON.parse(text)), `${text}: ${JSON.stringify(valid.errors)}`);
        }
      });
    it("never repeats an object key, even if the model prefers it", async () => {
      const wanted = Array.from((await tokenizer.encode([`{"a":null,"a":true}`], 1e9))[0]!);
      const says = (tokens: readonly number[], logits: Float32Array): void =>
        void (logits[wanted[tokens.length - 1] ?? 0] = 9);
      const writer = tableWriter(tokenizer.vocabulary, 2048, says);
      const own = await createTextGenerator({ ...modelIn(folder), tokenizer, by: { writer } });
      const o = { prompt: Int32Array.of(5), maxTokens: 60, sampling: { bias: await closing() } };
      const [text] = await whole(
        await own.write(asked({ ...o, shape: { is: "schema", schema: schemas["names beside names"]! } })),
      );
      assert.match(text!.text, /^\s?\{"a": ?null, ?"a[^"]/);
      own.close();
    });
    it("restarts the grammar thread after a failure", async () => {
      const grammars = new GrammarCache(new TokenBytes(tokenizer));
      const rules = { rules: 'root ::= "ab"', lengths: null };
      const ids = Array.from((await tokenizer.encode(["b"], 1e9))[0]!);
      const first = await grammars.begin(rules);
      const scores = new Float32Array(tokenizer.vocabulary);
      await first.ready();
      first.allow(scores, new Set());
      // The letter, and the byte token for it if there is one.
      const count = kind === "byteLevel" ? 1 : 2;
      assert.deepEqual([scores.filter((x) => x === 0).length, scores[ids.at(-1)!]], [count, -Infinity]);
      first.accept(ids.at(-1)!);
      await first.ready();
      assert.throws(() => first.allow(scores, new Set()), { code: "schema-unusable" });
      first.dispose();
      const again = await grammars.begin(rules);
      scores.fill(0);
      await again.ready();
      again.allow(scores, new Set());
      assert.equal(scores.filter((x) => x === 0).length, count);
      again.dispose();
      await assert.rejects(grammars.begin({ rules: "root ::= nothing", lengths: null }), { code: "schema-unusable" });
      await assert.rejects(grammars.begin({ rules: "root ::= nothing", lengths: null }), { code: "schema-unusable" });
      grammars.close();
    });
    it("recovers after grammar threads that missed the start timeout", async () => {
      const limit = { ms: 1 };
      const grammars = new GrammarCache(new TokenBytes(tokenizer), undefined, limit);
      const rules = { rules: 'root ::= "ab"', lengths: null };
      for (let i = 0; i < 2; i++) await assert.rejects(grammars.begin(rules), { code: "schema-not-ready" });
      limit.ms = 30_000;
      (await grammars.begin(rules)).dispose();
      grammars.close();
    });
    it("limits grammar threads across all models and queues later requests", async () => {
      const threads = new GrammarThreadPool({ most: 4, rest: 60_000 });
      const [grammars, others] = [1, 2].map(() => new GrammarCache(new TokenBytes(tokenizer), threads)) as Two;
      const rules = (i: number) => ({ rules: `root ::= "a" "${"b".repeat(i)}"`, lengths: null });
      const begun = await Promise.all([0, 1, 2, 3].map((i) => (i < 2 ? grammars : others).begin(rules(i))));
      let late = false;
      const later = grammars.begin(rules(16)).then((matcher) => ((late = true), matcher));
      const gone = new AbortController();
      const given = grammars.begin(rules(17), { signal: gone.signal });
      gone.abort(new Error("went away"));
      await assert.rejects(given, /went away/);
      // An idle worker is available to every client.
      (await others.begin(rules(2))).dispose();
      assert.equal(late, false);
      begun[3]!.dispose();
      (await later).dispose();
      for (const matcher of begun) matcher.dispose();
      // Grammars that only one model's cache retains are evicted to make room for another model's.
      const all = await Promise.all([4, 5, 6, 7].map((i) => others.begin(rules(i))));
      assert.ok(threads.full);
      for (const matcher of all) matcher.dispose();
      for (const own of [grammars, others]) own.close();
      await until(() => !threads.full);
    });
    it("stops an idle grammar thread and starts a new one on demand", async () => {
      const threads = new GrammarThreadPool({ most: 1, rest: 30 });
      const grammars = new GrammarCache(new TokenBytes(tokenizer), threads);
      const rules = { rules: 'root ::= "ab"', lengths: null };
      const first = await grammars.begin(rules);
      await new Promise((resolve) => setTimeout(resolve, 60));
      assert.ok(threads.full, "a text uses it");
      first.dispose();
      await until(() => !threads.full);
      (await grammars.begin(rules)).dispose();
      grammars.close();
    });
    it("writes any JSON object if no schema is given", async () => {
      const sampling = { temperature: 1, seed: 1, bias: await closing() };
      for (const { text, ended } of await texts({ choices: 5, maxTokens: 900, sampling, shape: { is: "json" } })) {
        assert.equal(ended, "end");
        const value = JSON.parse(text) as unknown;
        assert.ok(typeof value === "object" && value !== null && !Array.isArray(value), text);
      }
    });
    it("reports `length` if the token limit cuts the text off", async () => {
      const [one] = await texts({ maxTokens: 3, shape: { is: "schema", schema: schemas["a pattern"]! } });
      assert.equal(one!.ended, "length");
      assert.match(one!.text, /^"[a-c]{2}$/);
    });
  });
