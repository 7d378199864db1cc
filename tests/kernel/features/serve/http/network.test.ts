import assert from "node:assert/strict";
import { clientNetworkOf } from "#kernel/features/serve/http/clients.js";
import { Backwards, served } from "./word-models.js";

describe("a client without a key", () => {
  for (const [address, network] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:DB8:0:0:ffff:1:2:3", "2001:db8:0:0::/64"],
    ["2001:db8:0:1::9", "2001:db8:0:1::/64"],
    ["2001:db8:1::192.0.2.7", "2001:db8:1:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["", ""],
  ] as const)
    it(`belongs to the network ${network} at ${address}`, () => assert.equal(clientNetworkOf(address), network));

  it("is identified to a text generation model by its network, and a client with a key by its key", async () => {
    const writer = new Backwards("writer");
    const http = await served([writer]);
    const clients: unknown[] = [];
    for (const [path, body] of [
      ["/v1/completions", { prompt: "a" }],
      ["/v1/chat/completions", { messages: [{ role: "user", content: "a" }] }],
      ["/v1/responses", { input: "a" }],
      ["/models/writer", { inputs: "a" }],
    ] as const) {
      assert.equal((await http.post(path, { model: "writer", ...body })).status, 200);
      clients.push(writer.asked?.client);
    }
    assert.deepEqual(clients, Array(4).fill("127.0.0.1"));
    await http.stop(1000);
  });
});
