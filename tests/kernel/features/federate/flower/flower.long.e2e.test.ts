// Starts a SuperLink, its app and SuperNodes. Python takes half a minute to start on a busy machine.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Client, RoundAnswer } from "#kernel/features/federate/contract.js";
import { FlowerServerApp, type ServerAppOptions } from "#kernel/features/federate/flower/server-app.js";
import { itLeads } from "./statement.js";
import { startSuperLink, type SuperLink } from "./superlink.js";
import { averaged, EXPECTED, TERMS, toyClient } from "./toy.js";

const script = fileURLToPath(new URL("./node.js", import.meta.url));
const TOYS = [
  ["east", 10, 1],
  ["north", 21, -2],
  ["south", 32, 0.25],
  ["west", 7, 4],
] as const;
const VALUES = 300_000;

describe("federation over Flower", function () {
  this.timeout(300_000);
  let superlink: SuperLink;
  const nodes = new Map<string, { readonly child: ChildProcess; out: string }>();
  function join([name, rows, target]: readonly [string, number, number], ...more: string[]): void {
    const child = spawn(
      process.execPath,
      [script, name, String(rows), String(target), String(VALUES), superlink.url, ...more],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
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

  const lead = (rounds: number, o: Partial<ServerAppOptions> = {}): Promise<FlowerServerApp> =>
    FlowerServerApp.open({
      ...{ superlink: superlink.url, clients: 4, wait: 120, expected: EXPECTED },
      ...{ terms: { ...TERMS, rounds, clients: 4 }, ...o },
    });

  /** Returns the weights that the same clients reach when simulated in this process. */
  async function simulated(clients: readonly Client[], rounds: number): Promise<Float32Array> {
    let weights: Float32Array = new Float32Array(VALUES).fill(0.5);
    for (let round = 1; round <= rounds; round++) {
      const order = { round, rounds, weights, sent: {} };
      weights = averaged(weights, await Promise.all(clients.map((client) => client.train(order))));
    }
    return weights;
  }

  /** `beside`: whether the server app runs on the SuperLink's machine. */
  async function averages(beside: boolean): Promise<void> {
    for (const toy of TOYS) join(toy);
    const leader = await lead(3, { beside });
    try {
      assert.deepEqual(
        leader.clients.map(({ name, rows }) => [name, rows]),
        TOYS.map(([name, rows]) => [name, rows]),
      );
      let weights: Float32Array = new Float32Array(VALUES).fill(0.5);
      for (let round = 1; round <= 3; round++) {
        const order = { round, rounds: 3, weights, sent: { control: new Float64Array(VALUES).fill(round) } };
        const answers = await Promise.all(leader.clients.map((client) => client.train(order)));
        assert.deepEqual(
          answers.map(({ given }) => given),
          TOYS.map(([, rows]) => ({ control: new Float64Array(VALUES).fill(round + rows) })),
        );
        weights = averaged(weights, answers);
      }
      const alone = TOYS.map(([name, rows, target]) => toyClient(name, rows, target));
      assert.deepEqual(weights, await simulated(alone, 3));
    } finally {
      await leader.close();
    }
    const each: number[][] = [];
    for (const [name] of TOYS)
      each.push((await ended(name, "SIGTERM")).trim().split("\n").at(-1)?.split(" ").map(Number) ?? []);
    const sum = (at: number): number => each.reduce((all, one) => all + (one[at] ?? 0), 0);
    // Both sides count the same bytes, headers included.
    assert.deepEqual([leader.received, leader.sent], [sum(0), sum(1)]);
    // Each client sends three updates of four and eight bytes per number and receives as much. The overhead is small.
    const floats = 3 * 12 * VALUES;
    for (const [said = 0, heard = 0, sent = 0, received = 0] of each) {
      assert.ok(said >= floats && said < floats + 5000, String(said));
      assert.ok(heard >= floats && heard < floats + 5000, String(heard));
      assert.ok(sent > said && sent < said + 100_000, String(sent));
      assert.ok(received > heard && received < heard + 100_000, String(received));
    }
  }

  it("averages four SuperNodes like one process, bit for bit, and counts its bytes", () => averages(true));

  it("gives the same result with a remote coordinator that is a node of the SuperLink", () => averages(false));

  it("continues with the others if one is killed in the middle of a round", async () => {
    for (const [name, rows, target] of TOYS) join([name, rows, target], ...(name === "west" ? ["slow"] : []));
    const leader = await lead(1);
    try {
      const weights = new Float32Array(VALUES).fill(0.5);
      const order = { round: 1, rounds: 1, weights, sent: { control: new Float64Array(VALUES) } };
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

  it("waits for the configured number of clients, and reports how many joined", async () => {
    await assert.rejects(lead(1, { clients: 9, wait: 5 }), (error) => {
      assert.ok(error instanceof CodedError && error.code === "flower-waited");
      return true;
    });
  });

  describe("without other nodes on the SuperLink", () => {
    before(async () => {
      for (const name of [...nodes.keys()]) await ended(name, "SIGTERM");
    });
    itLeads(() => superlink.url);
  });
});
