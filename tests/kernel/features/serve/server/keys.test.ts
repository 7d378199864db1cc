/** API keys from a variable or a file, stored as hashes only. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import {
  hashKey,
  keysFileLine,
  readKeysFile,
  keysInVariable,
  createKey,
  shortKeyWarnings,
} from "#kernel/features/serve/server/keys.js";

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return "none";
};

describe("API keys of a server", () => {
  const env = "TUNEBOOK_TEST_KEYS";
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-keys-"))));
  after(() => {
    Reflect.deleteProperty(process.env, env);
    rmSync(folder, { recursive: true, force: true });
  });
  const fileOf = (text: string, mode = 0o600): string => {
    const file = join(folder, "keys");
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };

  it("are identified by SHA-256", () => {
    assert.equal(hashKey("abc"), createHash("sha256").update("abc").digest("hex"));
    // Test vector from FIPS 180-2, B.1.
    assert.equal(hashKey("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
  it("from a variable cause a warning if guessable, without revealing a character", () => {
    process.env[env] = `ab,${"x".repeat(12)} elevenchars`;
    const told = shortKeyWarnings(env);
    assert.deepEqual(
      told.map((words) => words.slice(0, 5)),
      ["key 1", "key 3"],
    );
    assert.doesNotMatch(told.join(), /\bab\b|elevenchars/);
  });
  it("from a variable are separated by commas, spaces or lines", () => {
    process.env[env] = " one, two\nthree ";
    assert.deepEqual(keysInVariable(env, "shell"), ["one", "two", "three"].map(hashKey));
    process.env[env] = "k".repeat(512);
    assert.equal(keysInVariable(env, "shell").length, 1);
    const refusal = (value?: string, where: "shell" | "notebook" = "shell"): string => {
      if (value === undefined) Reflect.deleteProperty(process.env, env);
      else process.env[env] = value;
      try {
        keysInVariable(env, where);
      } catch (error) {
        assert.ok(error instanceof CodedError && error.code === "keys-env");
        const { message, help } = textsOfCode(error.code, error.data);
        return `${message}: ${help ?? ""}`;
      }
      return "none";
    };
    // Set but empty: the result of `KEYS= tunebook serve …` in a shell.
    for (const empty of ["", " , "]) assert.match(refusal(empty), /is empty: .*shell that starts the server/);
    assert.match(refusal(), /is not set: .*shell/);
    assert.match(refusal(undefined, "notebook"), /is not set: .*kernel/);
    assert.match(refusal("one, schlüssel"), /key 2 has signs beyond ASCII/);
    // No request can carry a key this long, so it would admit nobody.
    assert.match(refusal("k".repeat(513)), /key 1 has 513 letters/);
    assert.ok(!refusal("k".repeat(513)).includes("kkkk"));
  });
  it("from a file are one hash per line, with an optional comment", () => {
    const file = fileOf(`# ours\n${keysFileLine("one")}  # ann\n\n${hashKey("two").toUpperCase()}\n`);
    assert.deepEqual(readKeysFile(file), ["one", "two"].map(hashKey));
  });
  for (const [why, text, line] of [
    ["a key in plain", `${keysFileLine("one")}\nsk-1234\n`, 2],
    ["half a hash", `sha256:${hashKey("one").slice(1)}\n`, 1],
    ["nothing", "# none yet\n", undefined],
  ] as const)
    it(`reject a file with ${why}`, () => {
      try {
        readKeysFile(fileOf(text));
        assert.fail("it was taken");
      } catch (error) {
        assert.ok(error instanceof CodedError && error.code === "keys-file");
        assert.equal((error.data as { line?: number }).line, line);
        assert.ok(!error.message.includes("sk-1234"));
      }
    });
  it("reject a file that others can write, and a missing file", function () {
    assert.equal(
      codeOf(() => readKeysFile(join(folder, "none"))),
      "keys-file",
    );
    assert.equal(
      codeOf(() => readKeysFile(folder)),
      "keys-file",
    );
    if (process.platform !== "win32")
      for (const mode of [0o620, 0o602, 0o666])
        assert.equal(
          codeOf(() => readKeysFile(fileOf(keysFileLine("one"), mode))),
          "keys-file",
        );
  });
  it("are added on a separate line to a file without a final newline", () => {
    const file = join(folder, "cut");
    writeFileSync(file, `${keysFileLine("one")} # ann`, { mode: 0o600 });
    const two = createKey(file, "bob");
    assert.deepEqual(readKeysFile(file), ["one", two].map(hashKey));
  });
  it("are created, shown once, and stored as a hash", () => {
    const file = join(folder, "new");
    const [one, two] = [createKey(file, "ann"), createKey(file, "bob")];
    assert.notEqual(one, two);
    assert.ok(one.length >= 32);
    assert.deepEqual(readKeysFile(file), [one, two].map(hashKey));
    assert.ok(![one, two].some((key) => readFileSync(file, "utf8").includes(key)));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});
