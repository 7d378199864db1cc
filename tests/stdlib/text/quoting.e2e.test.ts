/** Texts with special characters inside the languages that targets write: they must stay texts. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import {
  javaScriptString,
  modelfileValue,
  ollamaName,
  pythonString,
  shellWord,
  shellPathArgument,
  urlPath,
} from "#stdlib/text/quoting.js";

const TEXTS = [
  ...[
    "plain",
    "two words",
    "o/$(touch pwn)",
    "`id`",
    "it's",
    '"',
    "a\nb",
    "\\",
    "$HOME",
    "!x",
    "*",
    "",
    "~",
    "a;b&c|d>e",
  ],
  ...["-rf", "#x", "{a,b}", "ünï 😀", "%20", "</script><script>", "\u2028", "'; rm -rf '"],
];

describe("quoting", () => {
  it("gives a shell one word for any text", () => {
    const said = (word: string): string => execFileSync("sh", ["-c", `printf '%s' ${word}`], { encoding: "utf8" });
    for (const text of TEXTS) if (!text.startsWith("-")) assert.equal(said(shellWord(text)), text);
    assert.equal(shellWord("build/x.gguf"), "build/x.gguf");
    assert.equal(said(shellPathArgument("-rf")), "./-rf");
  });
  it("gives JavaScript one string, safe inside a page", () => {
    for (const text of TEXTS) assert.equal(runInNewContext(javaScriptString(text)), text);
    assert.doesNotMatch(javaScriptString("</script>"), /<\//);
  });
  it("gives Python a string in JSON syntax", () => {
    for (const text of TEXTS) assert.equal(JSON.parse(pythonString(text)), text);
  });
  it("gives Ollama unchanged values and valid names", () => {
    assert.equal(modelfileValue("<|end|>\n"), '"<|end|>\n"');
    assert.equal(modelfileValue('a "b"'), '"""a "b""""');
    assert.equal(modelfileValue('"""'), null);
    for (const text of TEXTS) assert.match(ollamaName(text), /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/);
  });
  it("gives a page a URL path without query or fragment", () => {
    assert.equal(urlPath("a b%20c#d?e/x.tflite"), "a%20b%2520c%23d%3Fe/x.tflite");
    assert.equal(decodeURIComponent(urlPath("ünï/😀")), "ünï/😀");
  });
});
