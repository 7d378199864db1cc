/** A server app on another machine: a SuperLink node that receives our app's turns over the real wire protocol. */
import assert from "node:assert/strict";
import { serveRelayAsNode, type RelayEndpoint } from "#kernel/features/federate/flower/middlewares.js";
import { Relay } from "#kernel/features/federate/flower/relay.js";
import { until } from "#tests/until.js";
import { FakeSuperLink, METADATA } from "./fake-superlink.js";

describe("middleware of a remote coordinator", function () {
  this.timeout(20_000);
  let fake: FakeSuperLink;
  let relay: Relay;
  let door: RelayEndpoint;
  beforeEach(async () => {
    fake = await FakeSuperLink.open();
    relay = new Relay();
    door = await serveRelayAsNode(relay, fake.url, { onLost: (error) => assert.fail(String(error)) });
    door.opens(METADATA.runId);
  });
  afterEach(() => fake.close());

  function turn(head: object): Uint8Array {
    const text = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    return new Uint8Array(Buffer.concat([length, text]));
  }
  const heard = (bytes: Uint8Array): { end: boolean; messages: { node: string }[] } =>
    JSON.parse(Buffer.from(bytes).toString("utf8", 4, 4 + Buffer.from(bytes).readUInt32LE(0))) as never;

  it("accepts turns of its run only, excludes itself from the nodes, and closes after the app's last turn", async () => {
    assert.match(door.leader, /^node:\d+$/);
    const own = door.leader.slice("node:".length);
    const asked = relay.ask("9", "train", Buffer.from("weights"), { seconds: 60, most: 100 });
    const lost = assert.rejects(asked, { code: "flower-client" });
    fake.send(turn({ nodes: ["3"], answers: [] }), { ...METADATA, runId: METADATA.runId + 1n });
    await until(() => fake.said.length === 1);
    assert.equal(fake.said[0]?.length, 0, "nothing is said to another run");
    assert.deepEqual(relay.nodes, []);
    fake.send(turn({ nodes: [own, "9"], answers: [] }));
    await until(() => fake.said.length === 2);
    assert.deepEqual(
      heard(fake.said[1]!).messages.map(({ node }) => node),
      ["9"],
    );
    assert.deepEqual(relay.nodes, ["9"]);
    const closed = door.close();
    fake.send(turn({ nodes: [own], answers: [] }));
    await closed;
    assert.equal(heard(fake.said[2]!).end, true);
    assert.equal(fake.calls.at(-1), "fleet/deactivate-node");
    await lost;
  });

  it("answers invalid turns with an empty message", async () => {
    fake.send(new Uint8Array([1, 2, 3]));
    await until(() => fake.said.length === 1);
    assert.equal(fake.said[0]?.length, 0);
    const closed = door.close();
    fake.send(turn({ nodes: [], answers: [] }));
    await closed;
  });
});
