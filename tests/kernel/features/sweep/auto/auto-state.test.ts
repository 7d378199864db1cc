/**
 * The saved program next to its journal: it is read back unchanged, with the reasons for its omissions. Other content
 * is ignored.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AutoContext } from "#kernel/features/sweep/auto/auto-context.js";
import {
  saveProposal,
  proposalFile,
  readProposal,
  type SavedProposal,
} from "#kernel/features/sweep/auto/auto-state.js";
import type { UsableBase } from "#kernel/features/sweep/auto/initial-facts.js";

describe("saved proposal of sweep auto", () => {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-kept-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const kept: SavedProposal = {
    proposal: {
      model: [{ key: "base", value: '"bert"', why: "the one that there is" }],
      recipe: [{ key: "epochs", value: "4" }],
      vary: [{ key: "optimizer.learning_rate", value: "log(0.001..0.1)" }],
      sweep: [{ key: "budget", value: "60s" }],
      first: [{ technique: "full" }],
    },
    left: [{ what: "bert, full", why: "one epoch would take 41 min 00 s, and a trial may take 10 min 00 s" }],
  };

  it("survives a round trip, with the options that it leaves out", () => {
    const file = join(folder, "sweeps", "found.auto.json");
    saveProposal(file, kept);
    assert.deepEqual(readProposal(file), kept);
  });
  it("differs for other bases, and for other weights under the same name", () => {
    const around = {
      session: { runs: folder },
      action: { name: "found", auto: { data: { columns: { text: "text" } }, bases: null, trials: 3 } },
    } as unknown as AutoContext;
    const base = (name: string, baseHash: string): UsableBase =>
      ({ looked: { name }, plan: { recipe: { model: { baseHash } } } }) as unknown as UsableBase;
    const of = (...able: readonly UsableBase[]): string => proposalFile(around, "rows", able);
    const files = [of(base("a", "1")), of(base("a", "2")), of(base("a", "1"), base("b", "3"))];
    assert.equal(new Set(files).size, 3);
    assert.equal(of(base("a", "1")), files[0]);
  });
  it("is ignored if a line could break the program, or if reasons are missing", () => {
    const file = join(folder, "other.auto.json");
    const broken = { ...kept, left: [{ what: "a\nb", why: "c" }] };
    for (const one of [broken, kept.proposal, { proposal: kept.proposal }]) {
      writeFileSync(file, JSON.stringify(one));
      assert.equal(readProposal(file), null);
    }
  });
});
