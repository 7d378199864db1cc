// A SuperLink that is killed, restarts and presents a certificate. Python takes half a minute for each start.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { FlowerServerApp, type ServerAppOptions } from "#kernel/features/federate/flower/server-app.js";
import { SuperLinkConnection } from "#kernel/features/federate/flower/link.js";
import { until } from "#tests/until.js";
import { certificatesIn } from "./certificates.js";
import { descendants, startSuperLink, type SuperLink } from "./superlink.js";
import { EXPECTED, TERMS } from "./toy.js";

const script = fileURLToPath(new URL("./node.js", import.meta.url));
const VALUES = 1000;
const order = {
  ...{ round: 1, rounds: 3, weights: new Float32Array(VALUES) },
  sent: { control: new Float64Array(VALUES) },
};

describe("federation over an unreliable Flower", function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-weather-"));
  let superlink: SuperLink | null = null;
  const nodes = new Map<string, { readonly child: ChildProcess; out: string }>();
  function joins(name: string, url: string, ...more: string[]): void {
    const child = spawn(process.execPath, [script, name, "10", "1", String(VALUES), url, ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const node = { child, out: "" };
    child.stdout.on("data", (data: Buffer) => void (node.out += data.toString()));
    nodes.set(name, node);
  }
  const lead = (url: string, o: Partial<ServerAppOptions> = {}): Promise<FlowerServerApp> =>
    FlowerServerApp.open({ superlink: url, clients: 2, terms: TERMS, expected: EXPECTED, wait: 120, ...o });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.error(superlink?.log().slice(-4000));
    for (const { child } of nodes.values()) child.kill("SIGKILL");
    nodes.clear();
    await superlink?.stop();
    superlink = null;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("ends with a code if its app is killed, and continues after the SuperLink restarts", async () => {
    superlink = await startSuperLink();
    const { port, url, pid } = superlink;
    joins("north", url);
    joins("south", url, "slow");
    const first = await lead(url);
    const asked = Promise.allSettled(first.clients.map((client) => client.train(order)));
    await until(() => nodes.get("south")?.out.includes("training"));
    const app = descendants(pid).filter((one) => commandOf(one).includes("flwr-serverapp"));
    assert.ok(app.length > 0, descendants(pid).map(commandOf).join("\n"));
    for (const one of app) process.kill(one, "SIGKILL");
    const begun = performance.now();
    const [, south] = await asked;
    assert.ok(south?.status === "rejected" && south.reason instanceof CodedError, JSON.stringify(south));
    assert.equal(south.reason.code, "flower-ended");
    assert.ok(performance.now() - begun < 60_000);
    await first.close();
    // The slow client hangs, so another takes its place.
    nodes.get("south")?.child.kill("SIGKILL");
    nodes.delete("south");
    await superlink.stop();
    superlink = await startSuperLink({ port });
    joins("south", url);
    const second = await lead(url, { terms: TERMS });
    try {
      assert.deepEqual(
        second.clients.map(({ name }) => name),
        ["north", "south"],
      );
      const answers = await Promise.all(second.clients.map((client) => client.train(order)));
      assert.deepEqual(
        answers.map(({ rows }) => rows),
        [10, 10],
      );
    } finally {
      await second.close();
    }
    assert.equal(nodes.get("north")?.out.match(/joined/g)?.length, 2, "it joined anew by itself");
  });

  it("accepts only a SuperLink whose certificate is signed by the configured authority", async () => {
    const tls = await certificatesIn(folder);
    superlink = await startSuperLink({ tls });
    const { url } = superlink;
    assert.match(url, /^https:/);
    const certificates = `certificates=${tls.authority}`;
    joins("north", url, certificates);
    joins("south", url, certificates);
    await assert.rejects(SuperLinkConnection.open(url), { code: "flower-unreachable" });
    await assert.rejects(SuperLinkConnection.open(url, { certificates: tls.key }), { code: "flower-certificates" });
    const leader = await lead(url, { certificates: tls.authority });
    try {
      const answers = await Promise.all(leader.clients.map((client) => client.train(order)));
      assert.equal(answers.length, 2);
    } finally {
      await leader.close();
    }
  });
});

const commandOf = (pid: number): string => readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").replaceAll("\0", " ");
