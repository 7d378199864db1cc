/** A statement sent to another process: it compiles to the same recipe, or nothing runs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { from } from "arquero";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { openJob } from "#kernel/features/shipped-session.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { planInputsOf } from "#kernel/runs/record/ingredients.js";
import { createJobSpec, type JobAction } from "#kernel/remote/jobs/ship.js";
import { readJobSpec, writeJobSpec } from "#kernel/remote/jobs/shipment.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { writeSmallBert } from "../../session/small-bert.js";

const MODEL = `model mood { base: "base", task: text_classification, technique: full, max_length: 16 }
recipe quick { steps: 2, batch_size: 2, seed: 7 }`;
const FROM_FILE =
  'data reviews { source: csv("reviews.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }';
const FROM_TABLE =
  "data reviews { source: table($rows), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }";
const TRAIN = "train mood on reviews with quick { seed: $seed }";
const rows = Array.from({ length: 16 }, (_, i) => ({ text: `a ${String(i)} film`, label: i % 2 ? "good" : "bad" }));
const silent = { display: () => undefined, update: () => undefined };

async function thrown(work: () => Promise<unknown>): Promise<CodedError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("job specification of a statement", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-ship-"));
    writeSmallBert(join(folder, "base"), ["a", "film", ...rows.map((_, i) => String(i))]);
    writeFileSync(join(folder, "reviews.csv"), ["text,label", ...rows.map((r) => `${r.text},${r.label}`)].join("\n"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function shipped(texts: readonly string[], live: Readonly<Record<string, unknown>>) {
    const session = new TuneSession({ folder, runs: join(folder, "runs") });
    const sources = texts.map((text, i): Source => ({
      id: `cell ${String(i + 1)}`,
      title: `cell ${String(i + 1)}`,
      text,
    }));
    const hostContext = {
      ...{ folder, parameters: {}, typescript: () => Object.keys(live) },
      live: (name: string) => (name in live ? { value: live[name] } : undefined),
    };
    session.adopt(sources.slice(0, -1));
    const { actions, diagnostics, facts } = await session.compile(sources.at(-1)!, hostContext);
    session.known = facts;
    assert.deepEqual(
      diagnostics.filter((d) => d.severity === "error"),
      [],
    );
    const action = (actions ?? []).find((a: Action): a is JobAction => a.verb === "train")!;
    const about = { what: "train … { detach: true }", version: "0.0.1" };
    return { action, session, ship: () => createJobSpec(session, action, { hostContext, sources }, about) };
  }
  const there = (): string => join(folder, "there");
  const opened = () => openJob(readJobSpec(there()), { screen: silent });

  for (const [where, data] of [
    ["a file", FROM_FILE],
    ["a table of the notebook", FROM_TABLE],
  ] as const)
    it(`compiles to the same plan in another process, with rows from ${where}`, async () => {
      const table = from([...rows]);
      const { action, session, ship } = await shipped([`${data}\n${MODEL}`, TRAIN], { rows: table, seed: 11 });
      writeJobSpec(there(), ship());
      const other = await opened();
      assert.equal(other.action.verb, "train");
      assert.deepEqual(
        (other.action as typeof action & { verb: "train" }).plan,
        (action as typeof action & { verb: "train" }).plan,
      );
      await Promise.all([session.close(), other.session.close()]);
    });
  it("is rejected if its rows have changed", async () => {
    const { session, ship } = await shipped([`${FROM_FILE}\n${MODEL}`, TRAIN], { seed: 11 });
    writeJobSpec(there(), ship());
    writeFileSync(join(folder, "reviews.csv"), ["text,label", ...rows.map((r) => `${r.text}!,${r.label}`)].join("\n"));
    assert.equal((await thrown(opened)).code, "shipped-otherwise");
    await session.close();
  });
  it("is rejected if a value of the notebook cannot be serialized", async () => {
    const table = rows.map((row, i) => ({ ...row, more: i === 3 ? () => i : null }));
    const { session, ship } = await shipped([`${FROM_TABLE}\n${MODEL}`, TRAIN], { rows: table, seed: 11 });
    const refused = await thrown(() => Promise.resolve(ship()));
    assert.equal(refused.code, "not-shippable");
    assert.match(refused.message, /row 4 of its column more is a function/);
    await session.close();
  });
  it("is rejected if missing or malformed", async () => {
    assert.equal((await thrown(opened)).code, "shipment-unreadable");
    const { session, ship } = await shipped([`${FROM_TABLE}\n${MODEL}`, TRAIN], { rows, seed: 11 });
    const { shipment, tables } = ship();
    writeJobSpec(there(), {
      shipment: { ...shipment, statement: { ...shipment.statement, verb: 3 as never } },
      tables,
    });
    assert.equal((await thrown(opened)).code, "shipment-unreadable");
    await session.close();
  });
  it("lists data and base files with their hashes", async () => {
    const { action, session } = await shipped([`${FROM_FILE}\n${MODEL}`, TRAIN], { seed: 1 });
    const { recipe } = (action as JobAction & { verb: "train" }).plan;
    const files = ["config.json", "model.safetensors"];
    const { files: found, others } = await planInputsOf(recipe, {
      folder,
      base: { folder: join(folder, "base"), files },
    });
    assert.deepEqual(others, []);
    assert.deepEqual(
      found.map(({ sort, name }) => [sort, name]),
      [
        ["data", "reviews.csv"],
        ["base", "config.json"],
        ["base", "model.safetensors"],
      ],
    );
    assert.match(found[0]!.hash, /^[0-9a-f]{64}$/);
    await session.close();
  });
});
