/** Checks from this machine whether a sweep can be searched on a cluster: obstacles are reported within seconds. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClusterSearchPlace } from "#kernel/runs/together/search-place.js";
import { openInboundListener } from "#kernel/remote/coordinator/ray/inbound-probe.js";
import { requestClusterOfSearch } from "#kernel/remote/coordinator/ray/reachability.js";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";

describe("cluster of a sweep", () => {
  let server: Server;
  let address = "";
  let answer = 200;
  const seen: (string | undefined)[] = [];
  before(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      if (answer > 0) response.writeHead(answer).end(answer === 200 ? '{"status": "RUNNING"}' : "Unauthorized");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  afterEach(() => delete process.env["TUNEBOOK_TEST_RAY"]);
  const at = (token: string | null, to = address): ClusterSearchPlace => ({
    ...{ version: 1, sweep: "found", address: to, token, key: "0123456789abcdef", job: "j", since: "2026-01-01" },
    node: { id: "n1", host: "head", address: "10.0.0.1" },
  });
  const away = async (place: ClusterSearchPlace, patience?: number): Promise<CodeData["search-away"]> => {
    const error: unknown = await requestClusterOfSearch(place, (ray) => ray.job("j"), {
      ...(patience && { patience }),
    }).then(
      () => new Error("it was reached"),
      (e: unknown) => e,
    );
    assert.ok(error instanceof CodedError && error.code === "search-away", String(error));
    return (error as CodedError<"search-away">).data;
  };

  it("is contacted with the token from the environment", async () => {
    process.env["TUNEBOOK_TEST_RAY"] = "t0ken";
    answer = 200;
    assert.equal((await requestClusterOfSearch(at("TUNEBOOK_TEST_RAY"), (ray) => ray.job("j"))).status, "RUNNING");
    assert.equal(seen.at(-1), "Bearer t0ken");
  });
  it("is reported as requiring a token if it is missing or wrong", async () => {
    answer = 401;
    assert.match(
      (await away(at("TUNEBOOK_TEST_RAY"))).why,
      /requires the token TUNEBOOK_TEST_RAY, but the environment has none/,
    );
    process.env["TUNEBOOK_TEST_RAY"] = "old";
    assert.match((await away(at("TUNEBOOK_TEST_RAY"))).why, /is rejected/);
    assert.match((await away(at(null))).why, /started without one/);
  });
  it("is reported as away if unreachable or too slow", async () => {
    const gone = at(null, "http://127.0.0.1:1");
    assert.deepEqual(await away(gone), { sweep: "found", address: "http://127.0.0.1:1", why: (await away(gone)).why });
    answer = 0;
    assert.equal((await away(at(null), 100)).why, "no response in 0.1 seconds");
  });
});

describe("inbound listener for the node reachability test", () => {
  it("sends a unique word and is closed afterwards", async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const address = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
    const [door, second] = [await openInboundListener(address), await openInboundListener(address)];
    assert.equal(door.host, "127.0.0.1");
    assert.notEqual(door.word, second.word);
    const { connect } = await import("node:net");
    const heard = await new Promise<string>((done) => {
      let said = "";
      connect(door.port, door.host)
        .on("data", (part) => (said += part.toString()))
        .on("end", () => done(said.trim()));
    });
    assert.equal(heard, door.word);
    await Promise.all([door.close(), second.close()]);
    await assert.rejects(new Promise((_, failed) => connect(door.port, door.host).once("error", failed)), {
      code: "ECONNREFUSED",
    });
    other.close();
  });
});
