/**
 * Everything that is displayed, compared with the committed files: text for a terminal, HTML for a page, plotly's JSON
 * for the live view.
 */
import assert from "node:assert/strict";
import { readMarkup } from "./markup.js";
import { gallery } from "./examples.js";
import { committed, committedNames, writeSection } from "./golden-sections.js";
import { plotlyMime } from "#kernel/display/figure.js";

const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

/** Replaces embedded pictures by their SVG, so that changes are readable. */
function readable(html: string): string {
  return html.replace(
    /data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g,
    (_, data: string) => `\n${Buffer.from(data, "base64").toString("utf8").replaceAll("><", ">\n<")}\n`,
  );
}

describe("displayed views", () => {
  const shown = gallery();
  const names = Object.keys(shown);
  it("are exactly the committed ones", () => {
    assert.deepEqual(committedNames(names).toSorted(), names.toSorted());
  });
  for (const [name, { bundle }] of Object.entries(shown)) {
    it(`${name} matches the committed view`, () => {
      const figure = bundle[plotlyMime];
      const text = [
        bundle["text/plain"],
        readable(bundle["text/html"] as string),
        ...(figure === undefined ? [] : [JSON.stringify(figure, null, 1)]),
      ].join("\n\n----\n\n");
      if (bless) writeSection(name, text, names);
      assert.equal(text, committed(name));
    });
    it(`${name} is well-formed`, () => {
      const html = bundle["text/html"] as string;
      const pictures = [...html.matchAll(/data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g)];
      for (const [, data] of pictures) readMarkup(Buffer.from(data!, "base64").toString("utf8"), "svg");
      readMarkup(html, "html");
    });
  }
});
