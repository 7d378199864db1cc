/** Warnings that several statements of a cell raise while running: shown once, with all positions. */
import assert from "node:assert/strict";
import type { DisplayOutput } from "#kernel/display/html.js";
import { textScreen } from "#kernel/session/text-screen.js";
import { WarningReporter, warnerAt } from "#kernel/session/execution-context.js";

const text = "train m on d as one\ntrain m on d as two";
const sources = [{ id: "a", title: "cell 3", text }];
const lost = { base: "b", own: ["old"], labels: ["new"] };
const at = (start: number) => ({ source: "a", start, end: start + 19 });

describe("warnings of a running cell", () => {
  it("are shown where the first one appeared, with repeats listed as places", () => {
    const seen = new Map<string | undefined, DisplayOutput>();
    const order: string[] = [];
    const screen = {
      display: (shown: DisplayOutput) => (order.push("display"), void seen.set(shown.id, shown)),
      update: (shown: DisplayOutput) => (order.push("update"), void seen.set(shown.id, shown)),
    };
    const warnings = new WarningReporter(screen, sources, "a");
    warnerAt({ warnings }, at(0))("head-not-kept", lost);
    warnerAt({ warnings }, at(20))("head-not-kept", lost);
    warnerAt({ warnings }, at(20))("head-not-kept", { ...lost, labels: ["other"] });
    assert.deepEqual(order, ["display", "update", "display"]);
    const [first, second] = [...seen.values()].map(({ bundle }) => String(bundle["text/html"]));
    assert.match(first ?? "", /\(2 places: cell 3:1:1, cell 3:2:1\)/);
    assert.doesNotMatch(second ?? "", /places/);
  });
  it("are printed at each occurrence in text-only output", () => {
    let out = "";
    const warnings = new WarningReporter(textScreen({ write: (words) => (out += words) }), sources, "a");
    warnerAt({ warnings }, at(0))("head-not-kept", lost);
    warnerAt({ warnings }, at(20))("head-not-kept", lost);
    assert.equal(out.split("warning[head-not-kept]").length, 3);
    assert.ok(out.includes("--> cell 3:1:1") && out.includes("--> cell 3:2:1"), out);
  });
});
