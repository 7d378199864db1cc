/**
 * Requests of a push, their destination, and messages about them, against servers that respond like hubs or like other
 * servers.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { createHubFetch, pushFolder, pushTokenOf, type PushedRepository } from "#kernel/deployments/pushing/push.js";
import { HubServer } from "./hub-server.js";

const TOKEN = "hf_right";

describe("requests of a push", () => {
  const hub = new HubServer();
  const other = new HubServer();
  const endpoint = process.env["HF_ENDPOINT"];
  let folder: string;
  before(async () => {
    process.env["HF_ENDPOINT"] = await hub.start();
    await other.start();
    folder = mkdtempSync(join(tmpdir(), "push-calls-"));
    writeFileSync(join(folder, "config.json"), "{}");
    writeFileSync(join(folder, "model.safetensors"), "weights");
  });
  afterEach(() => {
    hub.instead = null;
    hub.makesPublic = false;
  });
  after(async () => {
    if (endpoint === undefined) delete process.env["HF_ENDPOINT"];
    else process.env["HF_ENDPOINT"] = endpoint;
    rmSync(folder, { recursive: true });
    await hub.stop();
    await other.stop();
  });
  const push = (repository: string, o: { hidden?: boolean; signal?: AbortSignal } = {}): Promise<PushedRepository> =>
    pushFolder(folder, { repository, env: "HF_TOKEN", private: o.hidden ?? true }, TOKEN, { signal: o.signal });
  const refused = (work: Promise<unknown>, code: string, says: RegExp): Promise<void> =>
    assert.rejects(work, (error: CodedError) => {
      assert.equal(error.code, code, String(error));
      assert.match(`${error.message}\n${textsOfCode(error.code, error.data).help ?? ""}`, says);
      return true;
    });
  const filesOf = (name: string): readonly string[] => Object.keys(hub.repositories.get(name)?.files ?? {});

  it("go only to the hub: redirects to another host are not followed", async () => {
    for (const [at, name] of [
      ["/api/repos/create", "me/first"],
      ["/api/models/me/last/commit/main", "me/last"],
    ] as const) {
      hub.instead = (path, response) => {
        if (path === at) response.writeHead(307, { location: `${other.url}${path}` }).end();
        return path === at;
      };
      await refused(push(name), "push-failed", /sends it on to another host/);
      assert.deepEqual(filesOf(name), []);
    }
    assert.deepEqual(other.asked, []);
  });

  it("follow a redirect to a renamed repository on the hub", async () => {
    await push("me/new-name");
    hub.instead = (path, response) => {
      const renamed = path.startsWith("/api/models/me/old-name/commit/");
      if (renamed) response.writeHead(307, { location: "/api/models/me/new-name/commit/main" }).end();
      return renamed;
    };
    await push("me/old-name");
    assert.equal(hub.repositories.get("me/new-name")!.commits, 2);
  });

  it("fail if the response names no commit", async () => {
    hub.instead = (path, response) => {
      const commits = path.includes("/commit/");
      if (commits) response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return commits;
    };
    await refused(push("me/none"), "push-failed", /names no commit/);
  });

  it("report the repository's visibility, and send nothing if it is more public than requested", async () => {
    assert.equal((await push("me/hidden")).private, true);
    assert.equal((await push("me/hidden", { hidden: false })).private, true);
    assert.equal((await push("me/open", { hidden: false })).private, false);
    const commits = (): number => hub.repositories.get("me/open")!.commits;
    await refused(push("me/open"), "push-public", /nothing was sent/);
    assert.equal(commits(), 1);
    hub.makesPublic = true;
    await refused(push("me/made"), "push-public", /me\/made is public/);
    assert.deepEqual(filesOf("me/made"), []);
  });

  it("report a remedy if the hub refuses", async () => {
    for (const [status, says] of [
      [401, /token with write access to me\/router/],
      [413, /weights: adapter/],
      [500, /run the cell again/],
    ] as const) {
      hub.instead = (_path, response) => {
        response.writeHead(status, { "content-type": "application/json" }).end('{"error":"no"}');
        return true;
      };
      await refused(push("me/router"), "push-failed", says);
    }
  });

  it("can be stopped while the hub is silent, and time out", async () => {
    hub.instead = () => true;
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(push("me/silent", { signal: stop.signal }));
    await assert.rejects(createHubFetch(undefined, 50)(`${hub.url}/x`, { method: "POST", body: "{}" }), /no response/);
  });

  it("need a valid repository name and a valid token", () => {
    const of = (repository: string, token: string): string => {
      process.env["TUNEBOOK_TEST_TOKEN"] = token;
      try {
        return pushTokenOf({ repository, env: "TUNEBOOK_TEST_TOKEN", private: true });
      } catch (error) {
        assert.ok(error instanceof CodedError && !error.message.includes("hf_a"));
        return error.code;
      } finally {
        delete process.env["TUNEBOOK_TEST_TOKEN"];
      }
    };
    for (const name of ["../x", "me/..", "me/.", "a/b/c", "me/a..b", "me/-a", "me/a.", "me/x.git", "me", "/x"])
      assert.equal(of(name, "hf_a"), "wrong-repository", name);
    for (const name of ["me/router", "An-Org/x_1.5-b", "a/b"]) assert.equal(of(name, "hf_a\n"), "hf_a", name);
    for (const token of ["hf_a\nhf_b", "hf_a b", "hf_a\u00e9"]) assert.equal(of("me/x", token), "secret-malformed");
  });
});
