import assert from "node:assert/strict";
import { parsePromptTemplate } from "#stdlib/contenders/shared/prompting/template.js";

describe("the holes of a prompt", () => {
  it("are roles in braces, told with their places", () => {
    const { holes, fill } = parsePromptTemplate("Is “{text}” like “{text_pair}”? {text}");
    assert.deepEqual(
      holes.map(({ role, offset: at, length }) => [role, at, length]),
      [
        ["text", 4, 6],
        ["text_pair", 18, 11],
        ["text", 32, 6],
      ],
    );
    assert.equal(fill(["a", "b", "c"]), "Is “a” like “b”? c");
  });
  it("are not braces that stand doubled, or around anything but a name", () => {
    const { holes, fill } = parsePromptTemplate('{{text}} {"team": "{text}"} {} { text } }} {{');
    assert.deepEqual(
      holes.map(({ role }) => role),
      ["text"],
    );
    assert.equal(fill(["x"]), '{text} {"team": "x"} {} { text } } {');
  });
  it("take values as they are, holes of their own included", () => {
    assert.equal(parsePromptTemplate("{a}{b}").fill(["{b}", "$& $1"]), "{b}$& $1");
    assert.equal(parsePromptTemplate("none").fill([]), "none");
    assert.equal(parsePromptTemplate("").fill([]), "");
  });
});
