/**
 * The progress line of work other than training: delayed, updated in place, one per kind of work, with the duration at
 * the end.
 */
import assert from "node:assert/strict";
import { mock } from "node:test";
import { ProgressLine } from "#kernel/session/progress-line.js";
import type { DisplayOutput } from "#kernel/display/html.js";

describe("progress line", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  function told() {
    const shown: { how: string; id: string | undefined; text: string }[] = [];
    const note = (how: string) => (one: DisplayOutput) =>
      void shown.push({ how, id: one.id, text: String(one.bundle["text/plain"]) });
    let now = 0;
    const line = new ProgressLine({ display: note("new"), update: note("again") }, "cell", () => now);
    const at = (time: number, label: string, done: number, total: number | null = 100) => {
      now = time;
      line.on({ label, done, total });
    };
    return { shown, at, line, pass: (time: number) => void (now = time) };
  }

  it("shows nothing for work under a second", () => {
    const { shown, at, line } = told();
    for (const time of [0, 400, 990]) at(time, "rows read", time);
    line.end();
    assert.deepEqual(shown, []);
  });

  it("is updated in place five times a second and ends with the duration", () => {
    const { shown, at, line, pass } = told();
    at(0, "rows read", 0);
    for (let time = 1000; time < 2000; time += 10) at(time, "rows read", time / 20);
    pass(2500);
    line.end();
    assert.deepEqual(
      shown.map(({ how }) => how),
      ["new", ...new Array<string>(shown.length - 1).fill("again")],
    );
    assert.ok(shown.length >= 5 && shown.length <= 7, String(shown.length));
    assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
    assert.match(shown[0]!.text, /█+░+ {2}rows read: 50 of 100/);
    assert.match(shown.at(-1)!.text, /^rows read: 100 in 2\.5 s$/);
  });

  it("shows indivisible work after a second without further reports", () => {
    const { shown, at, line, pass } = told();
    at(0, "m opened", 0, 1);
    mock.timers.tick(999);
    assert.equal(shown.length, 0);
    mock.timers.tick(1);
    assert.deepEqual(
      shown.map(({ text }) => text),
      ["m opened …"],
    );
    pass(3000);
    at(3000, "m opened", 1, 1);
    assert.equal(shown.at(-1)?.text, "m opened in 3.0 s");
    line.end();
    assert.equal(shown.length, 2);
  });

  it("uses one line per kind of work and handles an unknown total", () => {
    const { shown, at, line } = told();
    at(0, "rows read", 0, null);
    at(1500, "rows read", 1234, null);
    at(1600, "tokens counted", 0);
    at(3000, "tokens counted", 50);
    line.end();
    assert.deepEqual(
      shown.map(({ text }) => text.replace(/^\S*█\S* +/, "")),
      ["rows read: 1,234", "rows read: 1,234 in 1.6 s", "tokens counted: 50 of 100", "tokens counted: 50 in 1.4 s"],
    );
    assert.equal(new Set(shown.map(({ id }) => id)).size, 2);
  });
});
