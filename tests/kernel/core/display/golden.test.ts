/** Everything shown, as it is committed: text for a terminal, HTML for a page, plotly's JSON for the live view. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readMarkup } from "./markup.js";
import { gallery } from "./examples.js";
import { plotlyMime } from "#kernel/core/display/figure.js";

const golden = new URL("../../../../../tests/golden/display/", import.meta.url);
const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

/** Pictures are written as the SVG they hold, so that a change can be read. */
function readable(html: string): string {
  return html.replace(
    /data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g,
    (_, data: string) => `\n${Buffer.from(data, "base64").toString("utf8").replaceAll("><", ">\n<")}\n`,
  );
}

describe("what is shown", () => {
  for (const [name, shown] of Object.entries(gallery())) {
    it(`${name} is as committed`, () => {
      const figure = shown.bundle[plotlyMime];
      const text = [
        shown.bundle["text/plain"],
        readable(shown.bundle["text/html"] as string),
        ...(figure === undefined ? [] : [JSON.stringify(figure, null, 1)]),
      ].join("\n\n----\n\n");
      const file = new URL(`${name}.txt`, golden);
      if (bless) {
        mkdirSync(golden, { recursive: true });
        writeFileSync(file, text);
      }
      assert.equal(text, readFileSync(file, "utf8"));
    });
    it(`${name} is well-formed`, () => {
      const html = shown.bundle["text/html"] as string;
      const pictures = [...html.matchAll(/data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g)];
      for (const [, data] of pictures) readMarkup(Buffer.from(data!, "base64").toString("utf8"), "svg");
      readMarkup(html, "html");
    });
  }
});
