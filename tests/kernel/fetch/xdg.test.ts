import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { xdgFolder } from "#kernel/fetch/xdg.js";

describe("XDG folder of the user", () => {
  const home = resolve("home");
  it("is the configured one if that is an absolute path", () => {
    const cache = resolve("elsewhere");
    assert.equal(xdgFolder("XDG_CACHE_HOME", { XDG_CACHE_HOME: cache }, home), cache);
  });
  it("is the default one if the setting is missing, empty or relative", () => {
    for (const set of [undefined, "", "cache", "./cache"])
      assert.equal(xdgFolder("XDG_CACHE_HOME", { XDG_CACHE_HOME: set }, home), join(home, ".cache"));
    assert.equal(xdgFolder("XDG_STATE_HOME", {}, home), join(home, ".local", "state"));
  });
});
