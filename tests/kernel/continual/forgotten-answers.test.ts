import assert from "node:assert/strict";
import { forgottenExamplesView, hasSignificantForgetting } from "#kernel/display/forgotten-examples.js";
import { forgettingStatisticsOf } from "#kernel/continual/forgotten-answers.js";

const repeated = (value: number, times: number): number[] => new Array<number>(times).fill(value);

describe("forgotten answers", () => {
  it("are counted with Wilson's interval, and their change with Newcombe's", () => {
    // 40 right both times, 10 lost, 2 gained, 4 wrong both times, one of which with a different wrong label.
    const truth = repeated(1, 56);
    const before = [...repeated(1, 50), ...repeated(0, 6)];
    const now = [...repeated(1, 40), ...repeated(2, 10), 1, 1, 0, 0, 0, 2];
    const found = forgettingStatisticsOf(truth, before, now)!;
    assert.equal(found.right, 50);
    assert.deepEqual(found.lost, [40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
    assert.equal(found.gained, 2);
    assert.equal(found.share!.value, 0.2);
    // Wilson, 10 of 50: 0.1124 to 0.3304.
    assert.ok(Math.abs(found.share!.interval.low - 0.1124) < 1e-4);
    assert.ok(Math.abs(found.share!.interval.high - 0.3304) < 1e-4);
    assert.equal(found.moved.value, -8 / 56);
    assert.ok(found.moved.interval.low < -8 / 56 && found.moved.interval.high > -8 / 56);
    assert.ok(hasSignificantForgetting(found));
  });
  it("are none if nothing was right or nothing was lost", () => {
    assert.equal(forgettingStatisticsOf([1, 1], [0, 0], [1, 0])!.share, null);
    const same = forgettingStatisticsOf([1, 0, 1], [1, 0, 0], [1, 0, 0])!;
    assert.deepEqual(same.lost, []);
    assert.ok(!hasSignificantForgetting(same));
    assert.equal(forgettingStatisticsOf([1], [1, 1], [1]), null);
    assert.equal(forgettingStatisticsOf([], [], []), null);
  });
  it("are shown with truncated and escaped texts", () => {
    const found = forgettingStatisticsOf(repeated(1, 60), repeated(1, 60), [...repeated(0, 30), ...repeated(1, 30)])!;
    const hostile = `<img src=x onerror=alert(1)>\u001b[31m${"x".repeat(500)}`;
    const of = {
      ...found,
      on: "d.<b>test</b>",
      after: "m (before)",
      example: (row: number) => ({ row: row + 2, text: hostile, right: "<script>", now: `"no"` }),
    };
    const shown = forgottenExamplesView(
      { name: "<u>n</u>", dataSets: [of], tries: "To keep more of it try `replay(5%)`" },
      "id",
    );
    const plain = String(shown.bundle["text/plain"]);
    const html = String(shown.bundle["text/html"]);
    assert.match(
      plain,
      /of 60 correct predictions after m \(before\), 30 are wrong now \(50 %, 95 % interval 37\.\d to 62\.\d %\)/,
    );
    assert.match(plain, /correct predictions −50\.0 points \(95 % interval −62\.\d to −3\d\.\d\)/);
    assert.match(plain, /25 more/);
    assert.match(plain, /try `replay\(5%\)`/);
    assert.equal(plain.match(/<script> → "no"/g)?.length, 5);
    assert.ok(!plain.includes("\u001b"));
    assert.ok(!/<(?:img|script|u)\b/.test(html) && !html.includes("d.<b>"), html);
    assert.ok(html.includes("&lt;img src=x"));
    assert.ok(!html.includes("x".repeat(130)));
  });
  it("suggest no countermeasure if no loss is shown", () => {
    const found = forgettingStatisticsOf(repeated(1, 30), repeated(1, 30), [0, ...repeated(1, 29)])!;
    const of = {
      ...found,
      on: "d.test",
      after: "m (before)",
      example: () => ({ row: 2, text: "t", right: "a", now: "b" }),
    };
    const plain = String(forgottenExamplesView({ name: "n", dataSets: [of], tries: "TRY" }, "id").bundle["text/plain"]);
    assert.match(plain, /no loss shown/);
    assert.ok(!plain.includes("TRY"));
    const none = { ...of, ...forgettingStatisticsOf([1], [1], [1])! };
    assert.match(
      String(forgottenExamplesView({ name: "n", dataSets: [none], tries: null }, "id").bundle["text/plain"]),
      /n has forgotten no prediction/,
    );
  });
});
