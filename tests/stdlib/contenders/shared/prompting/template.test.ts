import assert from "node:assert/strict";
import { promptTemplate } from "#stdlib/contenders/shared/prompting/template.js";

describe("the holes of a prompt", () => {
  it("are roles in braces, told with their places", () => {
    const { holes, fill } = promptTemplate("Is “{text}” like “{text_pair}”? {text}");
    assert.deepEqual(
      holes.map(({ role, at, length }) => [role, at, length]),
      [
        ["text", 4, 6],
        ["text_pair", 18, 11],
        ["text", 32, 6],
      ],
    );
    assert.equal(fill(["a", "b", "c"]), "Is “a” like “b”? c");
  });
  it("are not braces that stand doubled, or around anything but a name", () => {
    const { holes, fill } = promptTemplate('{{text}} {"team": "{text}"} {} { text } }} {{');
    assert.deepEqual(
      holes.map(({ role }) => role),
      ["text"],
    );
    assert.equal(fill(["x"]), '{text} {"team": "x"} {} { text } } {');
  });
  it("take values as they are, holes of their own included", () => {
    assert.equal(promptTemplate("{a}{b}").fill(["{b}", "$& $1"]), "{b}$& $1");
    assert.equal(promptTemplate("none").fill([]), "none");
    assert.equal(promptTemplate("").fill([]), "");
  });
});
