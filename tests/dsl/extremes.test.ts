/**
 * Extreme texts: each is answered with codes, never an exception, and its renderings stay short. `npm run extremes`
 * checks that the full sizes are answered in time proportional to their length.
 */
import assert from "node:assert/strict";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/language/diagnostics/render-html.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import { parseLimits } from "#dsl/language/syntax/limits.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { answer, check, lines, maniesOf, small, sourceOf, tell, textsOf } from "./extreme-texts.js";

describe("extreme input", function () {
  this.timeout(120_000);
  for (const [name, extreme] of Object.entries(textsOf(small))) it(name, () => answer(extreme));

  it("is accepted up to 2,000 statements, 100 nested brackets and 250,000 characters", () => {
    const none = (text: string): void =>
      assert.deepEqual(
        check(text).filter((d) => d.code === "too-much"),
        [],
      );
    none(lines(parseLimits.statements, (i) => `recipe r${i} { epochs: 1 }`));
    none(`recipe r { epochs: ${"[".repeat(parseLimits.depth - 1)}${"]".repeat(parseLimits.depth - 1)} }`);
    none(`recipe r { epochs: 1 }`.padEnd(parseLimits.characters));
  });
});

describe("thousands of similar errors", function () {
  this.timeout(60_000);
  for (const [name, text, code] of maniesOf(small))
    it(`are reported with bounded output: ${name}`, () => tell(name, text, code));
});

describe("rendering of many errors", () => {
  const sizes = (text: string): readonly number[] => {
    const [diagnostics, sources] = [check(text), [sourceOf(text)]];
    return [
      renderAnsi(diagnostics, sources, { color: false }).length,
      renderHtml(diagnostics, sources).length,
      JSON.stringify(diagnosticsToJson(diagnostics, sources)).length,
    ];
  };
  it("grows at most 1.2 times from 4,000 to 40,000 control characters", () => {
    const few = sizes("\u0001 ".repeat(4000));
    const many = sizes("\u0001 ".repeat(40_000));
    for (const [i, size] of few.entries()) {
      assert.ok(size < 200_000, `${i}: ${size}`);
      assert.ok((many[i] ?? 0) < 1.2 * size, `${i}: ${size} and ${many[i]}`);
    }
  });
  it("states the number of omitted errors", () => {
    const text = `recipe r {\n${lines(3000, (i) => `k${i}: 1`)}\n}`;
    const [diagnostics, sources] = [check(text), [sourceOf(text)]];
    assert.match(renderAnsi(diagnostics, sources, { color: false }), /\n\nand 2,900 errors more$/);
    assert.match(renderHtml(diagnostics, sources), /<div>and 2,900 errors more<\/div><\/div>$/);
    const { diagnostics: told, more } = diagnosticsToJson(diagnostics, sources);
    assert.deepEqual([told.length, more], [1000, { errors: 2000, warnings: 0 }]);
  });
  it("quotes the text near a place and marks it", () => {
    const text = `recipe r { ${"a".repeat(500)}: 1, epoch: 2, ${"b".repeat(500)}: 3 }`;
    const diagnostics = check(text).filter((d) => d.span.start === text.indexOf("epoch"));
    const [quoted = "", marks = ""] = renderAnsi(diagnostics, [sourceOf(text)], { color: false })
      .split("\n")
      .slice(3, 5);
    assert.match(quoted, /^ 1 \| …a+: 1, epoch: 2, b+…$/);
    assert.ok(quoted.length < 180);
    assert.equal(quoted.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1), "epoch");
  });
  it("aligns the mark after escaped characters, at a surrogate pair", () => {
    const text = `model m { base: "\u0001\u0001", 😀: 1 }`;
    const diagnostics = check(text).filter((d) => d.span.start === text.indexOf("😀"));
    const [quoted = "", marks = ""] = renderAnsi(diagnostics, [sourceOf(text)], { color: false })
      .split("\n")
      .slice(3, 5);
    assert.equal([...quoted][marks.indexOf("^")], "😀");
  });
});

describe("cache of parsed texts", () => {
  it("is keyed by the verbs, not by their number", () => {
    const source = sourceOf("recipe r { epochs: 1 } spell x");
    assert.equal(parse(source, ["recipe", "model"]).tree.statements.length, 1);
    assert.equal(parse(source, ["recipe", "spell"]).tree.statements.length, 2);
  });
});
