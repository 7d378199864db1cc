/** The log identifies an API key by an identifier that does not reveal the key. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { openLog } from "#kernel/features/serve/server/log.js";
import { hashKey } from "#kernel/features/serve/server/keys.js";
import { Backwards, LongOrShort, served, type Served } from "../http/word-models.js";

const OURS = Array.from({ length: 3 }, () => `tb-${randomBytes(24).toString("base64url")}`);
const OTHERS = [`tb-${randomBytes(24).toString("base64url")}`, "Sesame-4711-open"];

/** Returns the key in plain and in common hashed and encoded forms. */
function formsOf(key: string): readonly string[] {
  const bytes = [key, `${key}\n`, `Bearer ${key}`].flatMap((text) => [
    Buffer.from(text),
    ...["sha256", "sha1", "md5", "sha512"].map((algorithm) => createHash(algorithm).update(text).digest()),
  ]);
  const twice = bytes.map((one) => createHash("sha256").update(one).digest());
  return [
    key,
    ...[...bytes, ...twice].flatMap((one) =>
      (["hex", "base64", "base64url"] as const).map((form) => one.toString(form)),
    ),
  ];
}
const PREFIX = 8;

describe("log of a server with keys", () => {
  let http: Served;
  let log = "";
  before(async () => {
    const { say } = openLog({ write: (text) => (log += text) });
    const models = [new LongOrShort("judge"), new Backwards("writer")];
    http = await served(models, { keys: OURS.map(hashKey), log: (line) => say("request", line) });
    for (const key of [...OURS, ...OTHERS]) {
      for (const headers of [{ authorization: `Bearer ${key}` }, { "x-api-key": key }]) {
        await http.post("/predict", { model: "judge", inputs: "a b" }, headers);
        await http.post("/v1/completions", { model: "writer", prompt: key }, headers);
        await http.post(`/predict?key=${key}`, { model: key, inputs: "a" }, headers);
        await http.post(`/${key}`, {}, headers);
      }
    }
  });
  after(() => http.stop(1000));

  it("contains no key, no hash of one, and no prefix of either of 8 characters", () => {
    assert.equal(log.trim().split("\n").length, 8 * (OURS.length + OTHERS.length));
    const lower = log.toLowerCase();
    for (const key of [...OURS, ...OTHERS])
      for (const form of formsOf(key)) assert.ok(!lower.includes(form.slice(0, PREFIX).toLowerCase()), form);
  });
  it("distinguishes requests of different keys, and names none for a wrong key", () => {
    const all = log
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { readonly key?: string }).key);
    const ours = all.slice(0, 8 * OURS.length);
    assert.equal(new Set(ours).size, OURS.length);
    OURS.forEach((_, i) => assert.equal(new Set(ours.slice(8 * i, 8 * i + 8)).size, 1));
    assert.ok(ours.every((key) => key !== undefined));
    assert.ok(all.slice(ours.length).every((key) => key === undefined));
  });
});
