import assert from "node:assert/strict";
import { networkShareIn } from "#kernel/trust/network-shares.js";

describe("paths to another machine", () => {
  const named = (text: string): unknown => ({ about: "table", source: { word: "csv", arguments: { path: text } } });
  for (const text of [
    "\\\\evil\\share\\rows.csv",
    "//evil/share/rows.csv",
    "\\\\?\\UNC\\evil\\share\\rows.csv",
    "select * from '//evil/share/rows.csv' order by 1",
    "select * from read_csv('\\\\evil\\share\\rows.csv') order by 1",
  ])
    it(`are detected on Windows in ${text}`, () => {
      assert.ok(networkShareIn(named(text), "win32")?.includes("evil"));
    });
  for (const text of [
    "rows.csv",
    "C:\\data\\rows.csv",
    "\\\\?\\C:\\rows.csv",
    "https://host/rows.csv",
    "a // b",
    "..//rows.csv",
  ])
    it(`are not detected in ${text}`, () => assert.equal(networkShareIn(named(text), "win32"), null));
  it("are ordinary paths on other platforms", () =>
    assert.equal(networkShareIn(named("//tmp/rows.csv"), "linux"), null));
});
