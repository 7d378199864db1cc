/** `deploy … to` a target that serves: several models, a name, and the settings that the target receives. */
import assert from "node:assert/strict";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { registry } from "#stdlib/registry.js";
import { compiled, definitions } from "../../world.js";

const before = `${definitions}model n like m { max_length: 64 }\ntrain m on d\ntrain n on d\n`;
const servedIn = (text: string, where = before) => {
  const { actions, codes } = compiled(`${where}${text}`);
  assert.deepEqual(codes, [], text);
  const action = actions?.find((one) => one.verb === "serve");
  assert.ok(action?.verb === "serve", text);
  const { server: serves } = mustExist(registry.find("target", action.target.word)?.capabilities, "the target");
  return { action, served: mustExist(serves, "what serves")(action.target) };
};

describe("deploy to a serving target", () => {
  it("accepts one or more models in order, and a name", () => {
    assert.deepEqual(servedIn("deploy m to http as desk").action.models, ["m"]);
    const { action } = servedIn("deploy n, m to http(port: 8080) as desk");
    assert.deepEqual([action.name, action.models], ["desk", ["n", "m"]]);
  });
  it("serves on 127.0.0.1:8000 with default settings, unless set", () => {
    const { served } = servedIn("deploy m to http as desk");
    assert.deepEqual(
      [served.host, served.port, served.keys, served.tls, served.hosts],
      ["127.0.0.1", 8000, null, null, []],
    );
    assert.ok(!("maxTokens" in served.limits));
    const told = servedIn(
      'deploy m to http(port: 0, host: "0.0.0.0", api_keys: secret(env: KEYS), certificate: "c.pem", certificate_key: "k.pem", hosts: "models.example", gather: 5ms, time: 1min, body: 1MB, max_tokens: 64, truncate: false) as desk',
    ).served;
    assert.deepEqual(
      [told.host, told.port, told.keys, told.tls, told.hosts],
      ["0.0.0.0", 0, "KEYS", { cert: "c.pem", key: "k.pem" }, ["models.example"]],
    );
    const { gather, time, body, maxTokens, truncate } = told.limits;
    assert.deepEqual([gather, time, body, maxTokens, truncate], [5, 60_000, 1e6, 64, false]);
  });
  it("uses the server's default limits if none are set", async () => {
    const { DEFAULT_LIMITS } = await import("#kernel/features/serve/contract.js");
    assert.deepEqual(servedIn("deploy m to http as desk").served.limits, { ...DEFAULT_LIMITS });
  });
  it("requires a name and offers one by a fix", () => {
    const { diagnostics, sources } = compiled(`${before}deploy m to http(port: 8080)`);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["missing-connector"],
    );
    const [edit] = mustExist(diagnostics[0]?.fix, "a fix").edits;
    const { text } = mustExist(sources[0], "the source");
    const mended = text.slice(0, edit!.start) + edit!.text + text.slice(edit!.end);
    assert.match(mended, /deploy m to http\(port: 8080\) as desk$/);
    assert.deepEqual(compiled(mended).codes, []);
  });
  it("rejects a name used for something else, in this cell or an earlier one", () => {
    assert.deepEqual(compiled(`${before}deploy m to http as m`).codes, ["defined-twice"]);
    const later = (...cells: readonly string[]) => compiled([before, ...cells]).codes.includes("wrong-kind-of-name");
    assert.ok(later("deploy m to http as m"));
    assert.ok(!later("deploy m to http as desk", "deploy n to http as desk"));
    assert.ok(later("deploy m to http as desk", "evaluate desk on d.test"));
  });
  it("requires trained models, each named once", () => {
    assert.deepEqual(compiled(`${definitions}deploy m to http as desk`).codes, ["not-trained"]);
    assert.deepEqual(compiled(`${before}deploy m, o to http as desk`).codes, ["unknown-name"]);
    assert.deepEqual(compiled(`${before}deploy m, m to http as desk`).codes, ["named-twice"]);
  });
  it("rejects other hosts without API keys or `insecure: true`", () => {
    for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "LOCALHOST"])
      assert.deepEqual(compiled(`${before}deploy m to http(host: "${host}") as desk`).codes, [], host);
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "example.com", ""]) {
      const at = (more: string) => compiled(`${before}deploy m to http(host: "${host}"${more}) as desk`).codes;
      assert.deepEqual(at(""), ["unguarded"], host);
      assert.deepEqual(at(", api_keys: secret(env: KEYS)"), [], host);
      assert.deepEqual(at(", insecure: true"), [], host);
    }
  });
  it("rejects data and blocks; file targets reject several models and names", () => {
    assert.deepEqual(compiled(`${before}deploy m, n to onnx("x")`).codes, ["not-for-target"]);
    assert.deepEqual(compiled(`${before}deploy m to onnx("x") as desk`).codes, ["not-for-target"]);
    assert.deepEqual(compiled(`${before}deploy m on d.test to http as desk`).codes, ["not-for-target"]);
    assert.deepEqual(compiled(`${before}deploy m to http as desk { rows: 5 }`).codes, ["not-for-target"]);
  });
});
