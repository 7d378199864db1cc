import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { superlinkAddress } from "#stdlib/runners/shared/superlink.js";
import { messageObjectsOf, readMessagePayload } from "#kernel/features/federate/flower/objects.js";
import {
  replyDecoders,
  metadataBytes,
  requestEncoders,
  type MessageMetadata,
} from "#kernel/features/federate/flower/proto.js";
import { serveRelayLocally, type RelayEndpoint } from "#kernel/features/federate/flower/middlewares.js";
import { Relay } from "#kernel/features/federate/flower/relay.js";

const code = (error: unknown): string => (error instanceof CodedError ? error.code : String(error));
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return code(error);
  }
  return "none";
};
describe("Flower's messages", () => {
  const metadata: MessageMetadata = {
    runId: 2n ** 64n - 1n,
    messageId: "",
    from: 13180866698783186375n,
    to: 1n,
    replyTo: "abc",
    group: "",
    ttl: 12.5,
    type: "train",
    created: 1.79e9,
    fromTask: 0n,
    toTask: 7n,
  };

  it("support 64-bit ids, which exceed a JavaScript number", () => {
    const bytes = requestEncoders.deactivateNode(13180866698783186375n);
    assert.equal(replyDecoders.id(bytes), 13180866698783186375n);
    // protobuf's own encoding of field 1 with 2⁶⁴ − 1.
    assert.equal(Buffer.from(requestEncoders.deactivateNode(2n ** 64n - 1n)).toString("hex"), "08ffffffffffffffffff01");
    assert.equal(requestEncoders.deactivateNode(0n).length, 0);
  });

  it("survive a round trip, object trees included", () => {
    const objects = messageObjectsOf(metadata, Buffer.from("payload"));
    // A push request has the same fields as a pull reply: messages in 2, trees in 3.
    const [read] = replyDecoders.pullMessages(requestEncoders.pushMessage(5n, metadata, objects.tree, 0.5));
    assert.deepEqual(read, { metadata, tree: objects.tree });
  });

  it("carry payloads of any length in chunks, each object named by its hash", async () => {
    for (const size of [0, 1, 5_242_880, 5_242_881]) {
      const payload = new Uint8Array(size).map((_, i) => i * 7);
      const { tree, contents } = messageObjectsOf(metadata, payload);
      const get = (id: string): Promise<Uint8Array> => {
        const found = contents.get(id);
        return found ? Promise.resolve(found) : Promise.reject(new Error("no such object"));
      };
      assert.ok(Buffer.from(payload).equals(await readMessagePayload(tree, size, get)));
      assert.ok(Buffer.from(await get(tree.id)).includes(Buffer.from(metadataBytes(metadata))));
      const changed = (id: string): Promise<Uint8Array> =>
        get(id).then((bytes) => (id === tree.id ? bytes : Buffer.concat([bytes, Buffer.from("x")])));
      await assert.rejects(readMessagePayload(tree, size, changed));
    }
  });
});

describe("SuperLink addresses", () => {
  it("are one http(s) address; plain http is limited to this machine unless allowed", () => {
    for (const [text, expected] of [
      ["http://127.0.0.1:8000", "none"],
      ["http://localhost:8000", "none"],
      ["http://[::1]:8000/", "none"],
      ["https://superlink.example", "none"],
      ["http://superlink.example:8000", "flower-plain"],
      ["http://127.0.0.1.example:8000", "flower-plain"],
      ["http://10.0.0.1", "flower-plain"],
      ["https://user:word@superlink.example", "flower-url"],
      ["https://superlink.example/path", "flower-url"],
      ["ftp://127.0.0.1", "flower-url"],
      ["127.0.0.1:8000", "flower-url"],
      ["", "flower-url"],
    ] as const)
      assert.equal(
        codeOf(() => superlinkAddress(text)),
        expected,
        text,
      );
    assert.equal(superlinkAddress("http://10.0.0.1:8000", true), "http://10.0.0.1:8000");
  });
});

describe("middleware of the coordinator process", () => {
  let relay: Relay;
  let door: RelayEndpoint;
  const o = { seconds: 60, most: 100 };
  beforeEach(async () => {
    relay = new Relay();
    door = await serveRelayLocally(relay);
  });
  afterEach(() => door.close());
  const found = () => JSON.parse(readFileSync(door.leader, "utf8")) as { url: string; token: string };

  async function turn(head: object, bodies = Buffer.alloc(0), token = found().token) {
    const text = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const answer = await fetch(found().url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.concat([length, text, bodies]),
    });
    if (answer.status !== 200) return { status: answer.status, messages: [], end: false, rest: "" };
    const bytes = Buffer.from(await answer.arrayBuffer());
    const end = 4 + bytes.readUInt32LE(0);
    const said = JSON.parse(bytes.toString("utf8", 4, end)) as { end: boolean; messages: Record<string, unknown>[] };
    return { status: 200, ...said, rest: bytes.toString("utf8", end) };
  }

  it("accepts only its token and valid turns", async () => {
    assert.equal((await turn({ nodes: [], answers: [] }, undefined, "another")).status, 401);
    assert.equal((await turn({ nodes: 3 })).status, 400);
    assert.deepEqual(relay.nodes, []);
  });

  it("delivers requests, accepts answers and reports lost clients", async () => {
    const payload = Buffer.from("same");
    const asked = Promise.allSettled([relay.ask("7", "train", payload, o), relay.ask("8", "train", payload, o)]);
    const { messages, rest } = await turn({ nodes: ["7", "8"], answers: [] });
    assert.deepEqual(relay.nodes, ["7", "8"]);
    assert.equal(rest, "samesame");
    const [first, second] = messages;
    assert.deepEqual([first?.node, second?.node, first?.bytes], ["7", "8", 4]);
    assert.equal(first?.same, second?.same);
    const answered = [
      { id: second?.id, bytes: 0, error: 3 },
      { id: first?.id, bytes: 2, error: null },
    ];
    await turn({ nodes: ["7"], answers: answered }, Buffer.from("ok"));
    const [one, other] = await asked;
    assert.ok(one?.status === "fulfilled" && Buffer.from(one.value).equals(Buffer.from("ok")));
    assert.ok(other?.status === "rejected" && code(other.reason) === "flower-client");
    assert.match(String(other.reason), /client 8 did not answer: it has ended$/);
  });

  it("gives up on a client that exceeds the time limit, and on interrupted requests", async () => {
    await assert.rejects(relay.ask("7", "train", Buffer.from("a"), { ...o, seconds: 0.01 }), { code: "flower-client" });
    const stopped = new AbortController();
    const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
    const before = timers();
    const asked = relay.ask("7", "train", Buffer.from("b"), { ...o, signal: stopped.signal });
    stopped.abort();
    await assert.rejects(asked, { name: "AbortError" });
    // No one-hour timer keeps the process alive.
    assert.equal(timers(), before);
    // Neither message is sent any more.
    assert.deepEqual((await turn({ nodes: [], answers: [] })).messages, []);
  });

  it("ends the app when the training has ended", async () => {
    const asked = relay.ask("7", "train", Buffer.from("a"), o);
    const lost = assert.rejects(asked, { code: "flower-client" });
    const closing = relay.close();
    assert.equal((await turn({ nodes: [], answers: [] })).end, true);
    await closing;
    await lost;
  });
});
