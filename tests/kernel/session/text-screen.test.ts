import assert from "node:assert/strict";
import { textScreen } from "#kernel/session/text-screen.js";

const shown = (text: string, id?: string) => ({ bundle: { "text/plain": text }, ...(id === undefined ? {} : { id }) });

describe("text output stream", () => {
  it("prints the final state of updated outputs once, before the next output", () => {
    let out = "";
    const screen = textScreen({ write: (text) => (out += text) });
    screen.display(shown("plan"));
    screen.display(shown("step 1", "progress"));
    screen.display(shown("curve at 1", "curve"));
    screen.update({ ...shown("step 9"), id: "progress" });
    screen.update({ ...shown("curve at 9"), id: "curve" });
    screen.display(shown("table"));
    screen.end();
    assert.equal(out, "plan\n\nstep 9\ncurve at 9\n\ntable\n\n");
  });

  it("rewrites the first live line in place on a terminal", () => {
    let out = "";
    const screen = textScreen({ isTTY: true, write: (text) => (out += text) });
    screen.display(shown("step 1", "progress"));
    screen.update({ ...shown("step 2"), id: "progress" });
    screen.end();
    assert.equal(out, "\r\u001b[2Kstep 1\r\u001b[2Kstep 2\r\u001b[2Kstep 2\n\n");
  });
});
