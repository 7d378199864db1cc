/** Settings of a sweep typed into its cell: which exist, errors in each, and what changed. */
import assert from "node:assert/strict";
import { variedSettingsOf, type VariedSetting } from "#kernel/display/sweeps/sweep-controls.js";
import { changesOf, faultIn, rangeText, settingsThere } from "#editors/jupyterlab/src/sweep-settings.js";
import { vary } from "../../kernel/display/sweeps/made-sweep.js";

const space = {
  ...vary,
  "split.train": { space: "uniform", from: 0.2, to: 0.8, integer: false, share: true },
  max_length: { space: "uniform", from: 8, to: 64, integer: true, step: 8 },
} as const;
const settings = variedSettingsOf(space);
const named = (name: string): VariedSetting => settings.find((one) => one.name === name)!;

describe("settings form of a trial", () => {
  it("lists the settings of the chosen option", () => {
    const there = (technique: string) => settingsThere(settings, { technique }).map(({ name }) => name);
    const [lora, full] = (named("technique") as Extract<VariedSetting, { kind: "choice" }>).options;
    assert.ok(there(lora!).includes("technique.lora.rank"));
    assert.ok(!there(full!).includes("technique.lora.rank"));
  });
  it("reports invalid values before the kernel is asked", () => {
    const fault = (name: string, text: string) => faultIn(named(name), text);
    assert.equal(fault("optimizer.learning_rate", "1e-4"), null);
    assert.equal(fault("optimizer.learning_rate", "0.000_1"), null);
    assert.match(fault("optimizer.learning_rate", "2") ?? "", /^The sweep tries 0.00001 to 0.01\.$/);
    assert.match(fault("optimizer.learning_rate", "quick") ?? "", /^quick is no number/);
    assert.match(fault("optimizer.learning_rate", " ") ?? "", /^Give a number: /);
    assert.equal(fault("epochs", "2.5"), "Give a whole number.");
    assert.match(fault("max_length", "12") ?? "", /by steps: 8, 16, … 64/);
    assert.equal(fault("max_length", "24"), null);
    assert.equal(fault("split.train", "50%"), null);
    assert.match(fault("split.train", "50") ?? "", /20% to 80%; 50 is not in percent/);
    assert.equal(fault("technique", "adapters"), "Choose one.");
    assert.equal(rangeText(named("epochs")), "whole numbers from 1 to 6");
  });
  it("submits only changed settings of the chosen option", () => {
    const [lora = "", full = ""] = (named("technique") as Extract<VariedSetting, { kind: "choice" }>).options;
    const before = { technique: lora, "technique.lora.rank": "8", epochs: "3" };
    assert.deepEqual(changesOf(settings, before, { ...before, technique: full, epochs: " 3 " }).technique, full);
    assert.ok(!("technique.lora.rank" in changesOf(settings, before, { ...before, technique: full })));
    assert.deepEqual(
      changesOf(
        settings.filter(({ name }) => name in before),
        before,
        { ...before, epochs: " 3 " },
      ),
      {},
    );
  });
});
