/** The privacy spent on a client's rows accumulates, and the node's key is locked to one process. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import { currentProcess } from "#kernel/runs/writer.js";
import { PrivacyLedger } from "#kernel/features/federate/session/privacy-ledger.js";
import { lockNodeKey, readOrCreateNodeKey } from "#kernel/features/federate/session/node-key.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";

describe("privacy ledger of a client", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-account-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const call: PrivacyPlan["call"] = {
    kind: "privacy",
    word: "differential",
    arguments: { epsilon: 8, delta: 1e-5, clip: 1, unit: "row", accountant: "rdp" },
  };
  const round = { noise: 1, rate: 0.1, steps: 10 };
  const code = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return error instanceof CodedError ? error.code : String(error);
    }
    return "none";
  };

  it("adds up over rounds and restarts to the accountant's total", async () => {
    const accountant = await loadImplementation(call, "privacy");
    const file = join(folder, "kept", "a.jsonl");
    const account = new PrivacyLedger({ file, accountant, privacy: { call, epsilon: 8 }, round });
    assert.equal(account.spent, 0);
    assert.equal(account.charge({ round: 1 }), accountant.spent(call, [round]));
    assert.equal(account.charge({ round: 2 }), accountant.spent(call, [{ ...round, steps: 20 }]));
    // A different plan on the same rows, after a restart.
    const other = { noise: 2, rate: 0.2, steps: 5 };
    const again = new PrivacyLedger({ file, accountant, privacy: { call, epsilon: 8 }, round: other });
    const spent = again.charge({ round: 1 });
    assert.equal(spent, accountant.spent(call, [{ ...round, steps: 20 }, other]));
    assert.equal(again.spent, spent);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(file, "utf8"), /text|label/);
  });

  it("rejects a round that would exceed the privacy budget, and records nothing", async () => {
    const accountant = await loadImplementation(call, "privacy");
    const file = join(folder, "a.jsonl");
    const most = accountant.spent(call, [{ ...round, steps: 30 }]);
    const account = new PrivacyLedger({ file, accountant, privacy: { call, epsilon: most }, round });
    for (const n of [1, 2, 3]) account.charge({ round: n });
    const before = readFileSync(file, "utf8");
    assert.equal(
      code(() => account.charge({ round: 4 })),
      "join-epsilon",
    );
    assert.equal(readFileSync(file, "utf8"), before);
  });

  it("counts a truncated line as a round", async () => {
    const accountant = await loadImplementation(call, "privacy");
    const file = join(folder, "a.jsonl");
    const account = new PrivacyLedger({ file, accountant, privacy: { call, epsilon: 8 }, round });
    account.charge({ round: 1 });
    writeFileSync(file, `${readFileSync(file, "utf8")}{"noise":1,"ra`);
    assert.equal(account.spent, accountant.spent(call, [{ ...round, steps: 20 }]));
    // The torn line does not lose the next charge.
    const spent = accountant.spent(call, [{ ...round, steps: 30 }]);
    assert.equal(account.charge({ round: 2 }), spent);
    assert.equal(account.spent, spent);
  });

  it("is charged by one process at a time", async () => {
    const accountant = await loadImplementation(call, "privacy");
    const file = join(folder, "a.jsonl");
    const most = accountant.spent(call, [{ ...round, steps: 20 }]);
    const other = new PrivacyLedger({ file, accountant, privacy: { call, epsilon: most }, round });
    // No other process charges the ledger between its read and its write.
    let held = false;
    const account = new PrivacyLedger({
      file,
      privacy: { call, epsilon: most },
      round,
      accountant: {
        ...accountant,
        spent(...all: Parameters<typeof accountant.spent>) {
          held = existsSync(`${file}.lock`);
          return accountant.spent(...all);
        },
      },
    });
    account.charge({ round: 1 });
    assert.ok(held && !existsSync(`${file}.lock`));
    other.charge({ round: 1 });
    assert.equal(
      code(() => account.charge({ round: 2 })),
      "join-epsilon",
    );
    assert.ok(!existsSync(`${file}.lock`));
  });

  it("has a node key that one client at a time can join with", () => {
    const file = join(folder, "north.pem");
    readOrCreateNodeKey(file);
    const free = lockNodeKey(file);
    assert.equal(
      code(() => lockNodeKey(file)),
      "node-key",
    );
    assert.equal(
      code(() => lockNodeKey(join(folder, "south.pem"))),
      "none",
    );
    free();
    lockNodeKey(file);
    // A lock of a process that has ended, and locks without a valid process.
    const gone = { ...currentProcess(), id: 2 ** 22 + 1 };
    for (const left of [JSON.stringify(gone), "", "{"]) {
      writeFileSync(`${file}.joined`, left);
      assert.equal(
        code(() => lockNodeKey(file)),
        "none",
      );
    }
  });

  it("has a node key that is created once, and rejected if others can read it", () => {
    const file = join(folder, "kept", "north.pem");
    const key = readOrCreateNodeKey(file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(readOrCreateNodeKey(file).equals(key));
    chmodSync(file, 0o644);
    assert.equal(
      code(() => readOrCreateNodeKey(file)),
      "node-key",
    );
    chmodSync(file, 0o600);
    writeFileSync(file, "no key");
    assert.equal(
      code(() => readOrCreateNodeKey(file)),
      "node-key",
    );
  });
});
