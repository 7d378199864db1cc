/** A process group over real sockets, without an engine: rounds, admission, and the loss of a member. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RootRank } from "#kernel/remote/process-group/root-rank.js";
import { frameHead } from "#kernel/remote/process-group/frames.js";
import { ProcessGroupEnded, PeerRank, type RankJoinOptions } from "#kernel/remote/process-group/peer-rank.js";

const door = { address: "127.0.0.1", token: "the token", version: "1", recipe: "a recipe" };
const times = { beat: 20, silence: 2_000 };

async function gang(
  of: number,
  length: number,
  how = times,
  learns = true,
): Promise<{ hub: RootRank; spokes: PeerRank[]; port: number }> {
  const { hub, port } = await RootRank.open({ ...door, of, learns }, how);
  const spokes = await Promise.all(
    Array.from({ length: of - 1 }, (_, i) => PeerRank.join({ ...door, of, port, rank: i + 1 }, how)),
  );
  await hub.complete();
  const ready = spokes.map((spoke) => spoke.ready("the layout", length, new Uint8Array(4 * length)));
  await hub.ready("the layout", length);
  hub.begin(7, new Uint8Array(4 * length));
  assert.deepEqual(
    await Promise.all(ready),
    spokes.map(() => 7),
  );
  return { hub, spokes, port };
}
const told = (loss: number, counts: number) => ({ loss, norm: 0, counts });
const codeOf = (error: unknown): string => (error as CodedError).code;

describe("ranks of a process group", () => {
  it("get bit-identical sums with late ranks and chunked vectors", async () => {
    const length = (1 << 18) * 2 + 12_345;
    const { hub, spokes } = await gang(4, length);
    try {
      for (const step of [1, 2]) {
        const vectors = Array.from({ length: 4 }, (_, rank) =>
          Float32Array.from({ length }, (_, i) => Math.sin(i * (rank + 1)) * 10 ** ((i % 9) - 4)),
        );
        const expected = Float32Array.from(vectors[0]!);
        for (const one of vectors.slice(1)) for (let i = 0; i < length; i++) expected[i] = expected[i]! + one[i]!;
        const seen = [{ rows: Uint32Array.of(5, 9), logits: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) }];
        const others = spokes.map(async (spoke, i) => {
          await delay(((i * 7) % 3) * 15);
          return spoke.update(step, told(0.25 * (i + 1), i), vectors[i + 1]!, i === 1 ? seen : []);
        });
        const own = vectors[0]!;
        const round = await hub.update(step, told(0.5, 10), own);
        assert.deepEqual(Buffer.from(own.buffer), Buffer.from(expected.buffer));
        assert.deepEqual([round.loss, round.counts], [2, 13]);
        assert.deepEqual(round.seen, seen);
        for (const answer of await Promise.all(others)) assert.deepEqual([answer.loss, answer.step], [2, step]);
        for (const spoke of spokes) assert.deepEqual(Buffer.from(spoke.sum.buffer), Buffer.from(expected.buffer));
      }
    } finally {
      hub.end();
    }
  });

  it("sum the peers' gradients if the coordinator has no rows", async () => {
    const { hub, spokes } = await gang(3, 2, times, false);
    assert.equal(hub.learns, false);
    const round = hub.update(1, told(0, 0), new Float32Array(2));
    const others = spokes.map(async (spoke, i) => {
      await delay(150 + 150 * i);
      return spoke.update(1, told(0.5 + i, 2 + i), Float32Array.of(i, 1), []);
    });
    const { loss, counts, computed, waited } = await round;
    await Promise.all(others);
    assert.deepEqual([loss, counts, [...spokes[0]!.sum]], [2, 5, [1, 2]]);
    assert.ok(computed >= 100 && waited >= 100 && computed + waited < 2_000, `${String(computed)}, ${String(waited)}`);
    hub.end();
  });

  it("pass on a loss of NaN", async () => {
    const { hub, spokes } = await gang(2, 1);
    const other = spokes[0]!.update(1, told(Number.NaN, 1), Float32Array.of(1), []);
    assert.ok(Number.isNaN((await hub.update(1, told(1, 1), Float32Array.of(1))).loss));
    assert.ok(Number.isNaN((await other).loss));
    hub.end();
    await assert.rejects(spokes[0]!.over(), ProcessGroupEnded);
  });

  it("average weights by example count, only if the coordinator requests it", async () => {
    const { hub, spokes } = await gang(2, 2);
    const [spoke] = spokes as [PeerRank];
    const first = spoke.update(1, { loss: 4, norm: 1, counts: 1 }, null, []);
    assert.equal((await hub.update(1, { loss: 8, norm: 3, counts: 3 }, null, true)).loss, 7);
    assert.equal((await first).averages, true);
    const mean = spoke.average(1, 1, Float32Array.of(4, 0));
    const own = Float32Array.of(0, 8);
    await hub.average(1, 3, own);
    assert.deepEqual(
      [[...own], [...(await mean)]],
      [
        [1, 6],
        [1, 6],
      ],
    );
    const second = spoke.update(2, { loss: 1, norm: 1, counts: 0 }, null, []);
    assert.equal((await hub.update(2, { loss: 3, norm: 1, counts: 2 }, null)).loss, 3);
    assert.equal((await second).averages, false);
    hub.end();
  });

  it("all stop at the update where one is lost, and name it", async () => {
    const { hub, spokes } = await gang(3, 4);
    const round = hub.update(1, told(1, 1), new Float32Array(4));
    const other = spokes[0]!.update(1, told(1, 1), new Float32Array(4), []);
    spokes[1]!.close();
    for (const waiting of [round, other])
      await assert.rejects(waiting, (error: CodedError<"rank-lost">) => {
        assert.equal(error.code, "rank-lost");
        assert.deepEqual([error.data.rank, error.data.of, error.data.step], [2, 3, 1]);
        return true;
      });
    await assert.rejects(hub.update(2, told(1, 1), new Float32Array(4)), { code: "rank-lost" });
  });

  it("treat a connected but silent rank as lost", async () => {
    const { hub, port } = await RootRank.open({ ...door, of: 2 }, { beat: 10, silence: 150 });
    const socket = connect(port, door.address);
    socket.write(frameHead({ is: "hello", ...door, of: 2, rank: 1 }, 0));
    await hub.complete();
    await assert.rejects(hub.ready("l", 1), { code: "rank-lost", message: /nothing was heard of it/ });
    socket.destroy();
  });

  it("reject a wrong token, recipe or version, and a taken or invalid rank", async () => {
    const { hub, port } = await RootRank.open({ ...door, of: 3 }, times);
    const right: RankJoinOptions = { ...door, of: 3, port, rank: 1 };
    const refused = async (joins: RankJoinOptions, why: RegExp): Promise<void> =>
      assert.rejects(PeerRank.join(joins, times), { code: "rank-refused", message: why });
    await refused({ ...right, token: "" }, /has not the token/);
    await refused({ ...right, token: "the tokem" }, /has not the token/);
    await refused({ ...right, recipe: "another" }, /another recipe/);
    await refused({ ...right, version: "2" }, /Tunebook 2/);
    await refused({ ...right, rank: 3 }, /no rank 3 of 3/);
    await refused({ ...right, rank: 0 }, /no rank 0 of 3/);
    const spoke = await PeerRank.join(right, times);
    await refused(right, /there already/);
    assert.equal(hub.joined, 2);
    hub.end();
    await assert.rejects(spoke.over(), ProcessGroupEnded);
  });

  it("close connections with invalid messages and continue", async () => {
    const { hub, port } = await RootRank.open({ ...door, of: 2 }, times);
    const hostile = [
      Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
      Buffer.alloc(1 << 20, 0xff),
      frameHead({ is: "hello", ...door, of: 2, rank: 1 }, 2 ** 40),
      frameHead({ is: "ready", layout: "x" }, 0),
      frameHead({ is: "hello", ...door, of: 2, rank: "1" }, 0),
      frameHead({ is: "hello", version: "1", recipe: "a recipe", of: 2, rank: 1 }, 0),
      frameHead({ is: "hello", ...door, token: "x".repeat(20_000), of: 2, rank: 1 }, 0),
    ];
    for (const bytes of hostile) assert.equal(await endOf(port, bytes), "ended");
    const spoke = await PeerRank.join({ ...door, of: 2, port, rank: 1 }, times);
    await hub.complete();
    hub.end();
    await assert.rejects(spoke.over(), ProcessGroupEnded);
  });

  it("listen only on the given address", async () => {
    const { hub, port } = await RootRank.open({ ...door, of: 2 }, times);
    const socket = connect(port, "127.0.0.2");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
    hub.end();
  });

  it("wait for all ranks and reject one with other weights", async () => {
    const { hub, port } = await RootRank.open({ ...door, of: 2 }, times);
    const spoke = await PeerRank.join({ ...door, of: 2, port, rank: 1 }, times);
    spoke.ready("other weights", 1, new Uint8Array(4)).catch(() => undefined);
    await hub.complete();
    assert.equal(codeOf(await hub.ready("the layout", 1).catch((error: unknown) => error)), "rank-failed");
    hub.end();
  });
});

async function endOf(port: number, bytes: Buffer): Promise<"ended" | "open"> {
  const socket: Socket = connect(port, door.address);
  socket.on("error", () => undefined);
  socket.write(bytes);
  socket.resume();
  const ended = new Promise<"ended">((resolve) => socket.once("close", () => resolve("ended")));
  return Promise.race([ended, delay(1_500).then(() => "open" as const)]);
}
