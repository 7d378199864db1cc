import assert from "node:assert/strict";
import { count } from "./counters.js";

const EXAMPLES: readonly (readonly [string, string, string])[] = [
  ["no-op spreads", "f({ ...{ a, b } });", "f({ ...a, b: { c } });"],
  ["side-effect imports of codes", 'import "./codes.js";', 'import { A } from "./codes.js";'],
  ["unclear identifiers", "const { told } = x;", "const report = x.told;"],
  ["as unknown as", "y = x as unknown as T;", "y = x as unknown;"],
  ["as never", "f(x as never);", "f(x as T);"],
  ["JSON.parse as", "y = JSON.parse(s) as T;", "y = read(s) as T;"],
];

describe("syntax counters", () => {
  for (const [figure, counted, ignored] of EXAMPLES)
    it(`count ${figure}, with their line`, () => {
      assert.deepEqual(count("a.ts", `\n${counted}`)[figure], [{ file: "a.ts", line: 2 }]);
      assert.equal(count("a.ts", ignored)[figure], undefined);
    });
});
