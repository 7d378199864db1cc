/**
 * Errors of requests to a hub whose endpoint contains a password: neither their messages nor their data contain it.
 */
import assert from "node:assert/strict";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { requestHubApi, readHubFileChecksum, untrustedAnswerError } from "#kernel/bases/hub-files.js";
import { commit, HubServer } from "./hub-server.js";

describe("hub errors", () => {
  const before = process.env["HF_ENDPOINT"];
  let server: HubServer;
  beforeEach(async () => {
    server = await HubServer.start({}, { status: 500 });
    process.env["HF_ENDPOINT"] = server.endpoint.replace("://", "://ann:planted@");
  });
  afterEach(async () => {
    if (before === undefined) delete process.env["HF_ENDPOINT"];
    else process.env["HF_ENDPOINT"] = before;
    await server.stop();
  });

  it("contain neither the password nor the query of the URL", async () => {
    const url = `${server.endpoint.replace("://", "://ann:planted@")}/api/models/a/b?sig=planted`;
    const { signal } = new AbortController();
    const of = { kind: "models", id: "acme/tiny" } as const;
    const failed = [
      await requestHubApi(
        url,
        { headers: {}, hasToken: false },
        () => assert.fail("no token is asked for"),
        signal,
      ).catch((e: unknown) => e),
      await readHubFileChecksum(of, commit, "model.safetensors", {}, signal).catch((e: unknown) => e),
      untrustedAnswerError(url, "a size", 1),
    ];
    for (const error of failed as readonly CodedError[]) {
      assert.ok(["network-failed", "untrusted-answer"].includes(error.code), String(error));
      assert.ok(!JSON.stringify([error.data, error.message]).includes("planted"), error.message);
    }
  });
});
