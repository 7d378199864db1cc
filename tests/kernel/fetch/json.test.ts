/** JSON checked against schemas: the error for each mismatch. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  MAX_NESTING,
  objectWith,
  readJsonCacheFile,
  parseJsonAs,
  readJson,
  dictionaryOf,
  SchemaMismatch,
  wholeNumber,
  type Schema,
} from "#kernel/fetch/json.js";

describe("JSON with a schema", () => {
  const schema = objectWith({
    name: v.string(),
    sizes: dictionaryOf(v.array(wholeNumber(1))),
    kind: v.exactOptional(v.picklist(["a", "b"])),
    own: v.exactOptional(v.string("own is no text of ours")),
  });
  const why = <T>(text: string, of: Schema<T>): string => {
    try {
      parseJsonAs(text, of);
    } catch (error) {
      assert.ok(error instanceof SchemaMismatch);
      return error.why;
    }
    return assert.fail("it was read");
  };

  it("is parsed with additional properties, under any key", () => {
    const value = { name: "n", sizes: { constructor: [1], "": [2, 3] }, more: { x: [null] } };
    assert.deepEqual(parseJsonAs(JSON.stringify(value), schema), value);
  });
  it("is rejected with the location, the value found and the type expected", () => {
    const told: readonly (readonly [string, string])[] = [
      ["{", "it is not JSON"],
      ["[]", "it is [], not an object"],
      ["5", "it is 5, not an object"],
      ['{"sizes": {}}', "name is missing"],
      ['{"name": 5, "sizes": {}}', "name is 5, not text"],
      ['{"name": "n", "sizes": []}', "sizes is [], not an object"],
      ['{"name": "n", "sizes": {"a": [1, "2"]}}', 'sizes.a.1 is "2", not a number'],
      ['{"name": "n", "sizes": {"constructor": 7}}', "sizes.constructor is 7, not a list"],
      ['{"name": "n", "sizes": {"a": [0]}}', "sizes.a.0 is 0, not >=1"],
      ['{"name": "n", "sizes": {}, "kind": "c"}', 'kind is "c", not ("a" | "b")'],
      ['{"name": "n", "sizes": {}, "own": null}', "own is no text of ours"],
      [`{"name": ${JSON.stringify(["x".repeat(200)])}, "sizes": {}}`, `name is ["${"x".repeat(58)} …, not text`],
    ];
    for (const [text, expected] of told) assert.equal(why(text, schema), expected);
  });

  it("may nest lists and objects up to a limit", () => {
    const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    parseJsonAs(nested(MAX_NESTING), v.unknown());
    for (const depth of [MAX_NESTING + 2, 1_000_000])
      assert.throws(() => parseJsonAs(`{"a": ${nested(depth)}}`, v.unknown()), SchemaMismatch);
  });

  describe("in a file", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-json-"))));
    after(() => rmSync(folder, { recursive: true }));
    const written = (text: string): string => {
      const file = join(folder, "a.json");
      writeFileSync(file, text);
      return file;
    };
    const refused = (read: () => unknown): string => {
      try {
        read();
      } catch (error) {
        assert.ok(error instanceof CodedError);
        return `${error.code}: ${error.message}`;
      }
      return assert.fail("it was read");
    };

    it("is rejected with an error code and the details, or with the reader's code", () => {
      const file = written('\uFEFF{"name": null, "sizes": {}}');
      assert.equal(
        refused(() => readJson(file, schema, { as: "a.json" })),
        "unlike-file: a.json has the wrong format: name is null, not text",
      );
      const unlike = (told: string, cause: unknown) => new CodedError("base-damaged", { file, why: told }, { cause });
      assert.match(
        refused(() => readJson(file, schema, { unlike })),
        /^base-damaged: .*name is null, not text/,
      );
      assert.match(
        refused(() => readJson(join(folder, "none.json"), schema)),
        /^missing-file/,
      );
      assert.match(
        refused(() => readJson(folder, schema)),
        /^unreadable-file/,
      );
      assert.match(
        refused(() => readJson(file, schema, { most: 8 })),
        /^file-too-large/,
      );
    });
    it("is ignored as a hint if missing, truncated, a folder, too long or of another shape", () => {
      const good = '{"name": "n", "sizes": {}}';
      assert.deepEqual(readJsonCacheFile(written(good), schema), JSON.parse(good));
      for (const text of ["", "{", "null", '{"name": 5, "sizes": {}}'])
        assert.equal(readJsonCacheFile(written(text), schema), null);
      assert.equal(readJsonCacheFile(written(good), schema, 8), null);
      assert.equal(readJsonCacheFile(folder, schema), null);
      assert.equal(readJsonCacheFile(join(folder, "none"), schema), null);
    });
  });
});
