import assert from "node:assert/strict";
import { parsePromptTemplate } from "#stdlib/contenders/shared/prompting/template.js";

describe("placeholders of a prompt template", () => {
  it("are roles in braces, with their positions", () => {
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
  it("exclude doubled braces, and braces with anything but a name", () => {
    const { holes, fill } = parsePromptTemplate('{{text}} {"team": "{text}"} {} { text } }} {{');
    assert.deepEqual(
      holes.map(({ role }) => role),
      ["text"],
    );
    assert.equal(fill(["x"]), '{text} {"team": "x"} {} { text } } {');
  });
  it("insert values literally, including placeholders in them", () => {
    assert.equal(parsePromptTemplate("{a}{b}").fill(["{b}", "$& $1"]), "{b}$& $1");
    assert.equal(parsePromptTemplate("none").fill([]), "none");
    assert.equal(parsePromptTemplate("").fill([]), "");
  });
});
