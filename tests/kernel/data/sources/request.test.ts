import assert from "node:assert/strict";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Value } from "#dsl/language/types/value.js";
import { sourceRequestOf, type SourceRequest } from "#kernel/data/sources/addresses.js";
import { call } from "../rows/plans.js";

const SUM = "ab".repeat(32);
const TOKEN = "planted-token";
const named = (env: string): Value => call("secret", "secret", { env });

function asked(path: string, more: Readonly<Record<string, Value>> = {}): SourceRequest {
  return sourceRequestOf(path, call("source", "csv", { path, ...more }));
}
function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { code, message, data } = error as CodedError;
    assert.ok(!JSON.stringify([message, data]).includes("planted"), `${message} shows a secret`);
    return code;
  }
  return assert.fail("no error came");
}

describe("request of a source", () => {
  const before = process.env["ROWS_TOKEN"];
  beforeEach(() => (process.env["ROWS_TOKEN"] = TOKEN));
  after(() => {
    if (before === undefined) delete process.env["ROWS_TOKEN"];
    else process.env["ROWS_TOKEN"] = before;
  });

  it("sends a token as bearer, or as HTTP basic credentials with a user", () => {
    const bearer = asked("https://host/rows.csv", { token: named("ROWS_TOKEN") }).sent();
    assert.deepEqual(bearer, { url: "https://host/rows.csv", headers: { authorization: `Bearer ${TOKEN}` } });
    const basic = asked("https://host/rows.csv", { token: named("ROWS_TOKEN"), user: "ann" }).sent();
    const pair = Buffer.from(`ann:${TOKEN}`).toString("base64");
    assert.deepEqual(basic.headers, { authorization: `Basic ${pair}` });
    assert.deepEqual(asked("https://host/rows.csv").sent().headers, {});
  });
  it("appends a secret query to the URL, after a written query", () => {
    const query = named("ROWS_TOKEN");
    process.env["ROWS_TOKEN"] = "?sig=abc%3D&se=2030";
    assert.equal(asked("https://host/rows.csv", { query }).sent().url, "https://host/rows.csv?sig=abc%3D&se=2030");
    assert.equal(
      asked("https://host/rows.csv?v=2", { query }).sent().url,
      "https://host/rows.csv?v=2&sig=abc%3D&se=2030",
    );
  });
  it("reads a secret when it is sent, and excludes it from cache names", () => {
    const request = asked("https://host/rows.csv", { query: named("ROWS_TOKEN") });
    process.env["ROWS_TOKEN"] = "another";
    assert.equal(asked("https://host/rows.csv", { query: named("ROWS_TOKEN") }).file, request.file);
    delete process.env["ROWS_TOKEN"];
    assert.equal(
      codeOf(() => request.sent()),
      "secret-missing",
    );
    process.env["ROWS_TOKEN"] = "planted line\nend";
    assert.equal(
      codeOf(() => request.sent()),
      "secret-malformed",
    );
  });
  it("caches a file by its checksum for any query, or by its full URL without one", () => {
    const file = (query: string, more = {}): string => asked(`https://host/rows.csv${query}`, more).file;
    assert.equal(file("?sig=a", { sha256: SUM }), file("?sig=b", { sha256: SUM }));
    assert.equal(file("?sig=a", { sha256: SUM }), file("", { sha256: SUM.toUpperCase() }));
    assert.equal(file(`?…${SUM}`), file("?sig=a", { sha256: SUM }));
    assert.notEqual(file("?v=1"), file("?v=2"));
    assert.notEqual(file(""), file("", { token: named("ROWS_TOKEN") }));
  });
  it("uses only the cache if a saved run omits the query", () => {
    assert.equal(asked(`https://host/rows.csv?…${SUM}`).cachedOnly, true);
    assert.equal(asked("https://host/rows.csv?…").cachedOnly, true);
    assert.equal(asked("https://host/rows.csv?v=2").cachedOnly, false);
  });
  it("is refused if it would reveal a secret, or if a secret has no use", () => {
    const token = named("ROWS_TOKEN");
    assert.equal(
      codeOf(() => asked("https://ann:planted@host/rows.csv?sig=planted")),
      "address-with-account",
    );
    assert.equal(
      codeOf(() => asked("http://host/rows.csv?sig=planted")),
      "unsafe-address",
    );
    // The checksum protects the file, but not the token.
    assert.equal(
      codeOf(() => asked("http://host/rows.csv?sig=planted", { token, sha256: SUM })),
      "unsafe-secret",
    );
    for (const host of ["127.0.0.1", "127.0.0.2", "localhost", "[::1]"])
      assert.equal(asked(`http://${host}/rows.csv`, { token }).cachedOnly, false);
    for (const user of ["ann:planted", "ann\nplanted", "ann\u0085planted"])
      assert.equal(
        codeOf(() => asked("https://host/rows.csv", { token, user })),
        "user-form",
      );
    assert.equal(
      codeOf(() => asked("https://host/rows.csv", { user: "ann" })),
      "user-without-token",
    );
    assert.equal(
      codeOf(() => asked("https://host/rows.csv", { sha256: "abc" })),
      "checksum-form",
    );
  });
});
