/**
 * A SuperNode and a client app over the real wire protocol, against a SuperLink that lies, floods, forgets and
 * disappears.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { PbfWriter } from "pbf";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  SuperLinkConnection,
  createNodeKey,
  type SuperLinkConnectionOptions,
} from "#kernel/features/federate/flower/link.js";
import {
  decodeRoundAnswer,
  decodeIntroduction,
  encodeClientRequest,
} from "#kernel/features/federate/flower/messages.js";
import { messageObjectsOf } from "#kernel/features/federate/flower/objects.js";
import { serveAsSuperNode } from "#kernel/features/federate/flower/supernode.js";
import { until } from "#tests/until.js";
import { FakeSuperLink, METADATA } from "./fake-superlink.js";
import { EXPECTED, TERMS, toyClient, toyGuest } from "./toy.js";

const hello = encodeClientRequest({ kind: "hello", terms: TERMS });
const orderOf = (round: number): Uint8Array =>
  encodeClientRequest({
    kind: "train",
    order: {
      ...{ round, rounds: 3, weights: Float32Array.of(0, 1, -2) },
      sent: { control: Float64Array.of(0.1, 0.2, 0.3) },
    },
  });
const code = (error: unknown): string => (error instanceof CodedError ? error.code : String(error));

describe("SuperNode facing malicious servers", function () {
  this.timeout(20_000);
  let fake: FakeSuperLink;
  let ended: AbortController;
  let troubles: string[];
  let over = 0;
  let serving: Promise<void>;
  beforeEach(async () => {
    fake = await FakeSuperLink.open();
    ended = new AbortController();
    troubles = [];
    over = 0;
  });
  afterEach(async () => {
    ended.abort();
    await serving.catch(() => undefined);
    await fake.close();
  });
  async function serve(o: SuperLinkConnectionOptions = {}): Promise<void> {
    const key = createNodeKey();
    const link = await SuperLinkConnection.open(fake.url, { node: key, ...o });
    const guest = toyGuest(toyClient("north", 12, 0.3), 3, { hears: { onBye: () => void over++ } });
    serving = serveAsSuperNode({
      ...{ link, key, answer: guest.answer, most: () => guest.most, signal: ended.signal },
      ...{ silent: 200, under: () => guest.under, onOver: () => guest.over() },
      onTrouble: (error) => void troubles.push(error.code),
    });
    serving.catch(() => undefined);
  }
  const answered = (count: number): Promise<unknown> => until(() => fake.said.length >= count);
  /** Asserts that a live client answers terms and an instruction. */
  async function lives(): Promise<void> {
    const before = fake.said.length;
    fake.send(hello);
    fake.send(orderOf(1));
    await answered(before + 2);
    const [first, second] = fake.said.slice(before);
    assert.equal(decodeIntroduction("7", first!, METADATA.runId).name, "north");
    assert.equal(decodeRoundAnswer({ name: "north", rows: 12 }, second!, 3, EXPECTED).steps, 1);
  }

  it("answers terms and orders, and deactivates itself at the end", async () => {
    await serve();
    await lives();
    ended.abort();
    await serving;
    assert.equal(fake.calls.at(-1), "fleet/deactivate-node");
    assert.deepEqual(troubles, []);
  });

  it("rejects a message longer than any in its plan, and reports it", async () => {
    await serve();
    fake.send(new Uint8Array(30_000_000));
    await answered(1);
    assert.throws(() => decodeIntroduction("7", fake.said[0]!, METADATA.runId), {
      code: "flower-client",
      data: { client: "7", why: "flower-said" },
    });
    assert.deepEqual(troubles, ["flower-said"]);
    // The 5 MB chunk was never requested to its end; the client still answers.
    await lives();
  });

  it("aborts the download of an endless object", async () => {
    await serve();
    let written = 0;
    const part = Buffer.alloc(65_536);
    fake.does.set("fleet/pull-object", async (_, response) => {
      while (!response.destroyed && written < 2 ** 28) {
        written += part.length;
        if (!response.write(part)) await sleep(1);
      }
      return null;
    });
    fake.send(hello);
    await answered(1);
    assert.ok(written < 2 ** 24, `${String(written)} bytes were read`);
    assert.throws(() => decodeIntroduction("7", fake.said[0]!, METADATA.runId), { code: "flower-client" });
    fake.does.delete("fleet/pull-object");
    await lives();
  });

  it("rejects an object that does not match its id, and a missing object", async () => {
    await serve();
    const { tree } = messageObjectsOf(METADATA, hello);
    fake.send(hello);
    fake.objects.set(tree.id, Buffer.from("Message  3\0abc"));
    await answered(1);
    assert.throws(() => decodeIntroduction("7", fake.said[0]!, METADATA.runId), { code: "flower-client" });
    fake.send(orderOf(2));
    fake.objects.clear();
    await answered(2);
    assert.throws(() => decodeIntroduction("7", fake.said[1]!, METADATA.runId), { code: "flower-client" });
    await lives();
  });

  it("tolerates answers that are not Flower messages, and gives up if nothing else arrives", async () => {
    await serve();
    // Endlessly nested objects, a length beyond the end, and noise.
    const deep = (depth: number, writer: PbfWriter): void => {
      if (depth > 0) writer.writeMessage(2, (_, inner) => deep(depth - 1, inner), null);
    };
    const nested = new PbfWriter();
    nested.writeMessage(3, (_, inner) => deep(200, inner), null);
    fake.turns.push(nested.finish(), Buffer.from([0x12, 0xff, 0xff, 0xff, 0x7f]), Buffer.from("not at all"));
    await until(() => fake.turns.length === 0);
    await lives();
    assert.ok(troubles.length >= 1 && troubles.every((one) => one === "flower-said"), troubles.join(" "));
  });

  it("reports the error if a SuperLink sends only malformed messages", async () => {
    fake.does.set("fleet/pull-messages", () => Buffer.from([0x12, 0xff]));
    await serve();
    // A hundred failures, half a second apart; the test waits for the first ones.
    await until(() => troubles.length >= 3);
    assert.ok(troubles.every((one) => one === "flower-said"));
    assert.ok(fake.calls.filter((one) => one === "fleet/pull-messages").length < 12, "it asks no faster for that");
  });

  it("answers a flood of orders one by one, and trains none twice", async () => {
    await serve();
    fake.send(hello);
    for (let i = 0; i < 40; i++) fake.send(orderOf(1), { ...METADATA, created: i });
    await answered(41);
    const trained = fake.said.slice(1).filter((bytes) => {
      try {
        decodeRoundAnswer({ name: "north", rows: 12 }, bytes, 3, EXPECTED);
        return true;
      } catch (error) {
        assert.equal((error as CodedError<"flower-client">).data.why, "order-again");
        return false;
      }
    });
    assert.equal(trained.length, 1);
  });

  it("waits for an unreachable SuperLink, and continues", async () => {
    await serve();
    await lives();
    const before = fake.said.length;
    await fake.away(800);
    fake.send(orderOf(2));
    await answered(before + 1);
    assert.equal(decodeRoundAnswer({ name: "north", rows: 12 }, fake.said.at(-1)!, 3, EXPECTED).steps, 1);
  });

  it("gives up on an unreachable SuperLink after the configured time", async () => {
    await serve({ patience: 0.5 });
    await sleep(300);
    await fake.close();
    await assert.rejects(serving, { code: "flower-unreachable" });
    fake = await FakeSuperLink.open();
  });

  it("registers again if the SuperLink has forgotten it", async () => {
    await serve();
    await lives();
    const activations = (): number => fake.calls.filter((one) => one === "fleet/activate-node").length;
    assert.equal(activations(), 1);
    // An empty heartbeat reply decodes as false.
    fake.does.set("fleet/send-node-heartbeat", () => new Uint8Array(0));
    await until(() => activations() === 2);
    fake.does.delete("fleet/send-node-heartbeat");
    fake.send(orderOf(2));
    await answered(3);
  });

  it("continues if an answer is rejected because the run has ended", async () => {
    await serve();
    fake.does.set("fleet/push-messages", (_, response) => {
      response.statusCode = 404;
      return Buffer.from("no such run");
    });
    fake.send(hello);
    await until(() => troubles.includes("flower-refused"));
    fake.does.delete("fleet/push-messages");
    await lives();
  });

  it("polls the run status when idle, and is free for another run once it has ended", async () => {
    await serve();
    fake.send(hello);
    await answered(1);
    assert.equal(over, 0);
    const run = (status: string): Uint8Array => {
      const writer = new PbfWriter();
      const said = (_: null, inner: PbfWriter): void => inner.writeStringField(1, status);
      writer.writeMessage(1, (_, inner) => inner.writeMessage(10, said, null), null);
      return writer.finish();
    };
    fake.does.set("fleet/get-run", () => run("running"));
    await until(() => fake.calls.includes("fleet/get-run"));
    await sleep(300);
    assert.equal(over, 0);
    fake.does.set("fleet/get-run", () => run("finished"));
    await until(() => over === 1);
    fake.send(orderOf(1));
    await answered(2);
    assert.throws(() => decodeIntroduction("7", fake.said[1]!, METADATA.runId), {
      data: { client: "7", why: "order-early" },
    });
  });

  it("rejects an endless version response and unsupported Flower versions", async () => {
    serving = Promise.resolve();
    for (const version of ["1.41.0", "1.420.0", "x".repeat(300)]) {
      fake.does.set("/openapi.json", () => Buffer.from(JSON.stringify({ info: { version } })));
      assert.equal(await SuperLinkConnection.open(fake.url).then(() => "none", code), "flower-version");
    }
    fake.does.set("/openapi.json", () => Buffer.alloc(9 * 2 ** 20));
    assert.equal(await SuperLinkConnection.open(fake.url).then(() => "none", code), "flower-said");
  });
});
