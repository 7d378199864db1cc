import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Value } from "#dsl/language/types/value.js";
import { findPersonalData } from "#stdlib/personal-data/find.js";
import { redact } from "#stdlib/cleaners/redact.run.js";
import { call } from "../../kernel/data/rows/plans.js";

const run = (given: Readonly<Record<string, Value>>, values: Readonly<Record<string, unknown>>) => {
  const result = redact.start(call("cleaner", "redact", given))({ row: 1, values });
  assert.ok("values" in result);
  return result.values;
};
const secret = (env: string) => call("secret", "secret", { env });

describe("redact", () => {
  it("detects all entities, or only the selected ones", () => {
    const text = "my name is Anna Smith, a@b.org, T-123456";
    assert.equal(run({}, { text })["text"], "my name is [NAME], [EMAIL], T-123456");
    assert.equal(run({ entity: ["email"] }, { text })["text"], "my name is Anna Smith, [EMAIL], T-123456");
    assert.equal(run({ pattern: ["T-\\d{6}"] }, { text })["text"], "my name is Anna Smith, a@b.org, [PATTERN]");
    assert.equal(
      run({ entity: ["name"], pattern: ["T-\\d{6}"] }, { text })["text"],
      "my name is [NAME], a@b.org, [PATTERN]",
    );
  });
  it("treats the texts of a row as one document", () => {
    const now = run({ replacement: "pseudonyms" }, { text: "I am Anna Smith.", text_pair: "Dear Anna Smith, hello" });
    const name = /I am (.*)\./.exec(String(now["text"]))?.[1];
    assert.ok(name !== undefined && name !== "Anna Smith");
    assert.equal(now["text_pair"], `Dear ${name}, hello`);
  });
  it("preserves excepted texts, and counts the replacements", () => {
    const row = { row: 1, values: { text: "My name is Anna Smith. My Mac is broken, said Mac Miller, a@b.org" } };
    const start = (given: Readonly<Record<string, Value>>) => redact.start(call("cleaner", "redact", given))(row);
    assert.deepEqual(start({ except: ["anna smith", "Mac", "Mac Miller"] }), {
      values: { text: "My name is Anna Smith. My Mac is broken, said Mac Miller, [EMAIL]" },
      noted: ["had `email` replaced"],
    });
    const all = start({});
    assert.deepEqual("noted" in all && all.noted, ["had `email` replaced", "had `name` replaced"]);
  });
  it("leaves labels and rows without findings unchanged", () => {
    const values = { text: "nothing here", label: "Anna Smith", id: 3 };
    assert.equal(run({}, values), values);
  });
  it("changes only the texts of a conversation's turns", () => {
    const messages = JSON.stringify([
      { role: "user", content: "My name is Anna Smith" },
      { role: "assistant", content: [{ type: "text", text: "Dear Anna Smith" }] },
    ]);
    assert.deepEqual(JSON.parse(String(run({}, { messages })["messages"])), [
      { role: "user", content: "My name is [NAME]" },
      { role: "assistant", content: [{ type: "text", text: "Dear [NAME]" }] },
    ]);
  });
  it("preserves the number of tagged words", () => {
    const values = { tokens: ["My", "name", "is", "Anna", "Smith", "."], tags: ["O", "O", "O", "B-PER", "I-PER", "O"] };
    assert.deepEqual(run({}, values)["tokens"], ["My", "name", "is", "[NAME]", "[NAME]", "."]);
    const other = run({ replacement: "pseudonyms" }, values)["tokens"] as readonly string[];
    assert.equal(other.length, 6);
    assert.ok(other[3] !== "Anna" && other[4] !== "Smith" && !other[3]?.startsWith("["));
  });
  it("changes an answer consistently with its context", () => {
    const values = { context: "My name is Anna Smith.", question: "Who?", answer: [{ text: "Anna Smith", start: 11 }] };
    assert.deepEqual(run({}, values), {
      context: "My name is [NAME].",
      question: "Who?",
      answer: [{ text: "[NAME]", start: 11 }],
    });
  });
  it("finds numbers and addresses in other scripts, and normalizes their digits", () => {
    const of = (text: string, given = {}) => run(given, { text })["text"];
    assert.equal(of("اتصل على +٩٦٦ ٥٠ ١٢٣ ٤٥٦٧ الآن"), "اتصل على [PHONE] الآن");
    assert.equal(of("कार्ड ४१११ ११११ ११११ ११११"), "कार्ड [CARD]");
    assert.equal(of("メールは ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ です"), "メールは [EMAIL] です");
    const other = String(of("कार्ड ४१११ ११११ ११११ ११११", { replacement: "pseudonyms" }));
    assert.match(other, /^कार्ड \d{4} \d{4} \d{4} \d{4}$/);
    assert.notEqual(other, "कार्ड 4111 1111 1111 1111");
    // The same number gives the same hash, in whichever digits it is written.
    process.env["TUNEBOOK_TEST_KEY"] = "one";
    const hashed = { replacement: "hash", key: secret("TUNEBOOK_TEST_KEY") };
    assert.equal(of("४१११ ११११ ११११ ११११", hashed), of("4111 1111 1111 1111", hashed));
    delete process.env["TUNEBOOK_TEST_KEY"];
    const [found] = findPersonalData("call +٩٦٦ ٥٠ ١٢٣ ٤٥٦٧ now");
    assert.deepEqual([found?.text, found?.start], ["+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧", 5]);
  });
  it("hashes with a key from the environment, and reports a missing key", () => {
    const text = "a@b.org";
    process.env["TUNEBOOK_TEST_KEY"] = "one";
    const first = run({ replacement: "hash", key: secret("TUNEBOOK_TEST_KEY") }, { text })["text"];
    process.env["TUNEBOOK_TEST_KEY"] = "two";
    assert.notEqual(run({ replacement: "hash", key: secret("TUNEBOOK_TEST_KEY") }, { text })["text"], first);
    delete process.env["TUNEBOOK_TEST_KEY"];
    assert.throws(
      () => redact.start(call("cleaner", "redact", { replacement: "hash", key: secret("TUNEBOOK_TEST_KEY") })),
      (error) => error instanceof CodedError && error.code === "secret-missing",
    );
  });
});
