import assert from "node:assert/strict";
import fc from "fast-check";
import { secretKeyDetector, secretKeyPatterns } from "#stdlib/personal-data/key.js";

const found = (text: string): readonly string[] =>
  secretKeyDetector(text).map(({ start, end }) => text.slice(start, end));
describe("API keys", () => {
  it("cover at least thirty providers", () => assert.ok(Object.keys(secretKeyPatterns).length >= 30));
  for (const [provider, shape] of Object.entries(secretKeyPatterns)) {
    it(`of ${provider} are found by their shape`, () =>
      fc.assert(
        fc.property(fc.stringMatching(new RegExp(`^(?:${shape})$`)), (one) => {
          assert.deepEqual(found(`use ${one} here`), [one]);
          assert.deepEqual(found(`use x${one} here`), []);
        }),
        { numRuns: 20 },
      ));
  }
  it("include private keys from header to footer, or to the end of the text", () => {
    const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----";
    assert.deepEqual(found(`a\n${pem}\nb`), [pem]);
    assert.deepEqual(found("-----BEGIN PRIVATE KEY-----\nMIIB"), ["-----BEGIN PRIVATE KEY-----\nMIIB"]);
    assert.deepEqual(found("-----BEGIN PUBLIC KEY-----\nMIIB"), []);
  });
  it("include values assigned to a secret, but not plain words", () => {
    assert.deepEqual(found('api_key = "9f86d081884c7d659a2f"'), ["9f86d081884c7d659a2f"]);
    assert.deepEqual(found("DB_PASSWORD=tr0ub4dor&3xyz"), ["tr0ub4dor&3xyz"]);
    for (const plain of [
      "password: please-change-me",
      "the token is tokenization2",
      "secret santa",
      "token=aaaaaaaaaaaa1",
    ])
      assert.deepEqual(found(plain), [], plain);
  });
});
