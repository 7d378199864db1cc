// Starts a SuperLink, its app and SuperNodes: Python takes half a minute of a busy machine to come up.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Client, RoundAnswer } from "#kernel/federation/contract.js";
import { FlowerLeader } from "#kernel/federation/flower/leader.js";
import { startSuperLink, type SuperLink } from "./superlink.js";
import { averaged, toyClient } from "./toy.js";

const script = fileURLToPath(new URL("./node.js", import.meta.url));
const TOYS = [
  ["east", 10, 1],
  ["north", 21, -2],
  ["south", 32, 0.25],
  ["west", 7, 4],
] as const;
const VALUES = 300_000;

describe("a federation over Flower", function () {
  this.timeout(300_000);
  let superlink: SuperLink;
  const nodes = new Map<string, { readonly child: ChildProcess; out: string }>();
  function join([name, rows, target]: readonly [string, number, number], ...more: string[]): void {
    const child = spawn(process.execPath, [script, name, String(rows), String(target), superlink.url, ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const node = { child, out: "" };
    child.stdout.on("data", (data: Buffer) => void (node.out += data.toString()));
    nodes.set(name, node);
  }
  const ended = async (name: string, signal: NodeJS.Signals): Promise<string> => {
    const node = nodes.get(name);
    assert.ok(node);
    nodes.delete(name);
    if (node.child.exitCode === null) {
      const over = once(node.child, "close");
      node.child.kill(signal);
      await over;
    }
    return node.out;
  };
  before(async () => {
    superlink = await startSuperLink();
  });
  after(async () => {
    for (const name of [...nodes.keys()]) await ended(name, "SIGKILL");
    await superlink.stop();
  });
  afterEach(function () {
    if (this.currentTest?.state === "failed") console.error(superlink.log().slice(-4000));
  });

  /** What the same clients come to in this process. */
  async function simulated(clients: readonly Client[], rounds: number): Promise<Float32Array> {
    let weights: Float32Array = new Float32Array(VALUES).fill(0.5);
    for (let round = 1; round <= rounds; round++) {
      const order = { round, rounds, weights, sent: {} };
      weights = averaged(weights, await Promise.all(clients.map((client) => client.train(order))));
    }
    return weights;
  }

  it("averages what four SuperNodes send, bit for bit as one process does, and counts its bytes", async () => {
    for (const toy of TOYS) join(toy);
    const leader = await FlowerLeader.open({ superlink: superlink.url, clients: 4, wait: 120 });
    try {
      assert.deepEqual(
        leader.clients.map(({ name, rows }) => [name, rows]),
        TOYS.map(([name, rows]) => [name, rows]),
      );
      let weights: Float32Array = new Float32Array(VALUES).fill(0.5);
      for (let round = 1; round <= 3; round++) {
        const order = { round, rounds: 3, weights, sent: { control: Float64Array.of(0.1, round) } };
        const answers = await Promise.all(leader.clients.map((client) => client.train(order)));
        assert.deepEqual(
          answers.map(({ given }) => given),
          TOYS.map(([, rows]) => ({ control: Float64Array.of(0.1 + rows, round + rows) })),
        );
        weights = averaged(weights, answers);
      }
      const alone = TOYS.map(([name, rows, target]) => toyClient(name, rows, target));
      assert.deepEqual(weights, await simulated(alone, 3));
    } finally {
      await leader.close();
    }
    const [sent = 0, received = 0] =
      (await ended("west", "SIGTERM")).trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
    // Three updates go up, three times the weights come down; what is said beside them is little.
    const floats = 4 * VALUES;
    assert.ok(sent >= 3 * floats && sent < 3 * floats + 100_000, String(sent));
    assert.ok(received >= 3 * floats && received < 3 * floats + 100_000, String(received));
  });

  it("goes on with the others where one is killed in the middle of a round", async () => {
    join(["west", 7, 4], "slow");
    const leader = await FlowerLeader.open({ superlink: superlink.url, clients: 4, wait: 120 });
    try {
      const weights = new Float32Array(VALUES).fill(0.5);
      const order = { round: 1, rounds: 1, weights, sent: {} };
      const asked = Promise.allSettled(leader.clients.map((client) => client.train(order)));
      const slow = nodes.get("west");
      while (!slow?.out.includes("training")) await new Promise((resolve) => setTimeout(resolve, 50));
      await ended("west", "SIGKILL");
      const begun = performance.now();
      const settled = await asked;
      assert.ok(performance.now() - begun < 60_000, "its lost sign of life is seen");
      const lost = settled.flatMap((one, i) =>
        one.status === "rejected" ? [[leader.clients[i]?.name, one.reason]] : [],
      );
      assert.deepEqual(
        lost.map(([name]) => name),
        ["west"],
      );
      assert.ok(lost[0]?.[1] instanceof CodedError && lost[0][1].code === "flower-client");
      const answers = settled.flatMap((one): RoundAnswer[] => (one.status === "fulfilled" ? [one.value] : []));
      const stayed = TOYS.filter(([name]) => name !== "west").map(([name, rows, target]) =>
        toyClient(name, rows, target),
      );
      assert.deepEqual(averaged(weights, answers), await simulated(stayed, 1));
    } finally {
      await leader.close();
    }
  });

  it("waits for as many clients as it was told, and says how many came", async () => {
    await assert.rejects(FlowerLeader.open({ superlink: superlink.url, clients: 9, wait: 5 }), (error) => {
      assert.ok(error instanceof CodedError && error.code === "flower-waited");
      return true;
    });
  });
});
