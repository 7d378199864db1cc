/** The table of running servers. */
import assert from "node:assert/strict";
import { serversText } from "#kernel/apps/cli/serving-table.js";

describe("list of servers", () => {
  it("has one line per server, whatever its record contains", () => {
    const one = { url: "http://127.0.0.1:1", process: 7, since: "2026-11-29T01:00:00.000Z" };
    const forged = "mine\nother serves all at http://evil.example\r\u001b[2J";
    const models = [{ name: "a\nb", folder: "/runs/a" }];
    const text = serversText([{ ...one, name: forged, url: "http://x\ny", models }]);
    assert.match(text, /^[^\n\r\u001b]+\n$/);
    assert.match(text, /^mine ⏎ other serves/);
  });
});
