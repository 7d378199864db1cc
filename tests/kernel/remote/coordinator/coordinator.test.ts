/** Jobs whose workers end, are silent, lack something or send messages twice. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { CoordinatorClient } from "#kernel/remote/coordinator/client.js";
import { Coordinator, type CoordinatorOptions } from "#kernel/remote/coordinator/coordinator.js";
import { MAX_LEASES } from "#kernel/remote/coordinator/queue.js";
import { GivenWork } from "./given-work.js";

/** The fix that the missing-item code suggests. */
const MEND = "set `TOKEN`, or name a file of mode 0600 with `--token-file`";
const timings = { lease: 300, beat: 50, wait: 100 };

describe("coordinator", () => {
  let folder: string;
  let coordinator: Coordinator;
  const notes: string[] = [];
  const clients: CoordinatorClient[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    notes.length = 0;
    coordinator = await opened();
  });
  function opened(more: Partial<CoordinatorOptions> = {}): Promise<Coordinator> {
    const onNote = (words: string): void => void notes.push(words);
    return Coordinator.open({ version: "1", scratch: join(folder, "arriving"), timings, onNote, ...more });
  }
  afterEach(async () => {
    await coordinator.close();
    for (const client of clients.splice(0)) await client.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const given = (title: string): GivenWork => {
    const work = new GivenWork(title, join(folder, title));
    coordinator.give(work);
    return work;
  };
  async function come(name: string): Promise<Guest> {
    const client = new CoordinatorClient({ url: coordinator.url, token: coordinator.token, patience: 0 });
    clients.push(client);
    const { worker } = await client.ask("hello", { tunebook: "1", name, threads: 1 });
    return new Guest(client, worker);
  }

  it("assigns jobs in order and once, and collects one result per job", async () => {
    const works = [given("one"), given("two")];
    const [a, b] = [await come("a"), await come("b")];
    assert.equal(await a.takes(), "one");
    assert.equal(await b.takes(), "two");
    await a.done({ of: "one" });
    await b.done({ of: "two" });
    assert.deepEqual(await a.client.ask("take", { worker: a.worker }), { none: "yet" });
    assert.deepEqual(
      works.map(({ results }) => results),
      [[{ of: "one" }], [{ of: "two" }]],
    );
    assert.deepEqual(
      works.map(({ lefts }) => lefts),
      [1, 1],
    );
  });

  it("reassigns the job of a silent worker before new jobs and rejects its late reports", async () => {
    const work = given("one");
    const a = await come("a");
    assert.equal(await a.takes(), "one");
    given("two");
    await delay(2 * timings.lease);
    const b = await come("b");
    assert.equal(await b.takes(), "one");
    await assert.rejects(a.tell(0, 1), { code: "lease-lost" });
    await assert.rejects(a.done({ late: true }), { code: "lease-lost" });
    await b.done({ of: "b" });
    assert.deepEqual(work.results, [{ of: "b" }]);
    assert.deepEqual(work.begins, ["a", "b"]);
    assert.ok(
      notes.some((note) => /a wasn't heard of for 0.3 s/.test(note)),
      notes.join(),
    );
  });

  it("reassigns a job whose worker left during preparation", async () => {
    const work = given("slow");
    let go = (): void => undefined;
    work.ready = new Promise((ready) => (go = ready));
    const [a, b] = [await come("a"), await come("b")];
    const asked = a.takes().catch(() => null);
    while (work.begins.length === 0) await delay(5);
    coordinator.gone("a", "a was killed");
    go();
    assert.equal(await b.takes(), "slow");
    await asked;
    assert.deepEqual(work.begins, ["a", "b"]);
    await b.done({ of: "slow" });
    assert.deepEqual(work.results, [{ of: "slow" }]);
  });

  it("repeats a response that was lost", async () => {
    const work = given("one");
    const a = await come("a");
    const first = await a.client.ask("take", { worker: a.worker });
    assert.deepEqual(await a.client.ask("take", { worker: a.worker }), first);
    assert.deepEqual(work.begins, ["a"]);
    assert.deepEqual(notes, []);
  });

  it("extends the lease of a worker that sends heartbeats", async () => {
    given("one");
    const a = await come("a");
    await a.takes();
    for (let n = 0; n < 8; n++) {
      await delay(timings.lease / 4);
      assert.deepEqual(await a.beats(), { answer: "go on" });
    }
  });

  it("counts each report once and requests missing ones", async () => {
    const work = given("one");
    const a = await come("a");
    await a.takes();
    assert.equal((await a.tell(0, 3)).next, 3);
    assert.equal((await a.tell(0, 3)).next, 3);
    assert.equal((await a.tell(2, 3)).next, 5);
    assert.equal((await a.tell(9, 1)).next, 5);
    assert.equal(work.items.length, 5);
    await a.done({});
    await a.done({});
    assert.equal(work.results.length, 1);
  });

  it("gives up a job that is lost MAX_LEASES times", async () => {
    const work = given("one");
    for (let n = 1; n <= MAX_LEASES; n++) {
      const one = await come(`w${String(n)}`);
      assert.equal(await one.takes(), "one");
      assert.equal(work.lostBy, null);
      coordinator.gone(`w${String(n)}`, `w${String(n)} was killed by SIGKILL`);
    }
    assert.ok(work.lostBy instanceof CodedError && work.lostBy.code === "work-lost");
    assert.match(String(work.lostBy.message), /./);
  });

  it("reports why a worker returned a job and reassigns it at most MAX_LEASES times", async () => {
    const work = given("one");
    const a = await come("a");
    for (let n = 1; n <= MAX_LEASES; n++) {
      assert.equal(await a.takes(), "one");
      assert.equal(work.lostBy, null);
      await a.gives("a proxy answers");
      await assert.rejects(a.tell(0, 1), { code: "lease-lost" });
    }
    assert.equal(notes[0], "one goes to another worker: a returned it: a proxy answers.");
    assert.ok(work.lostBy instanceof CodedError && work.lostBy.code === "work-lost");
    assert.deepEqual(work.lostBy.data, { what: "one", times: MAX_LEASES, why: "a returned it: a proxy answers" });
  });

  it("does not count a worker's announced departure as a loss", async () => {
    const work = given("one");
    for (let n = 0; n <= MAX_LEASES + 1; n++) {
      const one = await come(`w${String(n)}`);
      await one.takes();
      await one.client.ask("leave", { worker: one.worker });
    }
    assert.equal(work.lostBy, null);
  });

  it("reassigns a job if a worker lacks a requirement, and gives up if all do", async () => {
    const work = given("one");
    work.comes = "elsewhere";
    const [a, b] = [await come("a"), await come("b")];
    await a.takes();
    await a.fails("there is no TensorFlow");
    assert.equal(await a.takes(), null);
    assert.equal(await b.takes(), "one");
    await b.fails("there is no base");
    const { lostBy } = work;
    assert.ok(lostBy instanceof CodedError && lostBy.code === "worker-lacks");
    assert.deepEqual(lostBy.data, { what: "one", worker: "b", why: "there is no base", mend: MEND });
    assert.deepEqual(notes, ["a cannot do one: there is no TensorFlow", "b cannot do one: there is no base"]);
  });

  it("waits a limited time for expected workers before it reports a missing requirement", async () => {
    const late = new GivenWork("late", join(folder, "late"));
    const never = new GivenWork("never", join(folder, "never"));
    late.comes = never.comes = "elsewhere";
    await coordinator.close();
    coordinator = await opened({ expected: 2, gather: 400, timings: { ...timings, lease: 10_000 } });
    coordinator.give(late);
    const a = await come("a");
    await a.takes();
    await a.fails("there is no base");
    assert.equal(await a.takes(), null);
    assert.equal(late.lostBy, null);
    const b = await come("b");
    assert.equal(await b.takes(), "late");
    await b.done({});
    assert.equal(late.results.length, 1);
    coordinator.gone("b", "b was killed");
    coordinator.give(never);
    await a.takes();
    await a.fails("there is no base");
    const begun = Date.now();
    while (!never.lostBy && Date.now() - begun < 5000) await delay(20);
    assert.ok(never.lostBy instanceof CodedError && never.lostBy.code === "worker-lacks");
    assert.ok(Date.now() - begun >= 300, "it waited");
  });

  it("counts a crashed engine as a loss", async () => {
    const work = given("one");
    work.comes = "again";
    const a = await come("a");
    for (let n = 1; n <= MAX_LEASES; n++) {
      assert.equal(await a.takes(), "one");
      await a.fails("the engine ended");
    }
    assert.ok(work.lostBy instanceof CodedError && work.lostBy.code === "work-lost");
    assert.equal(notes[0], "one goes to another worker: a reports: the engine ended.");
  });

  it("rejects workers of another version and reports them", async () => {
    const client = new CoordinatorClient({ url: coordinator.url, token: coordinator.token, patience: 0 });
    clients.push(client);
    await assert.rejects(client.ask("hello", { tunebook: "2", name: "far", threads: 1 }), {
      code: "worker-version",
      data: { worker: "far", has: "2", wants: "1" },
    });
    assert.match(notes.join(), /^The worker far is Tunebook 2 and was sent away/);
  });

  it("withdraws a job only while no worker has taken it", async () => {
    const work = given("one");
    assert.equal(coordinator.withdraw(work), true);
    const a = await come("a");
    assert.equal(await a.takes(), null);
    assert.equal(coordinator.withdraw(work), false);
  });

  it("fails a job that was in preparation when the last worker left", async () => {
    const work = given("slow");
    let go = (): void => undefined;
    work.ready = new Promise((ready) => (go = ready));
    const a = await come("a");
    const asked = a.takes().catch(() => null);
    while (work.begins.length === 0) await delay(5);
    coordinator.gone("a", "a was killed");
    const error = new Error("none");
    coordinator.fail(error);
    go();
    await asked;
    assert.equal(work.lostBy, error);
  });

  it("fails all jobs, also later ones, if no worker will come", () => {
    const work = given("one");
    const error = new Error("none");
    coordinator.fail(error);
    assert.equal(work.lostBy, error);
    assert.equal(given("two").lostBy, error);
  });
});

class Guest {
  private lease = "";
  constructor(
    readonly client: CoordinatorClient,
    readonly worker: string,
  ) {}
  async takes(): Promise<string | null> {
    const taken = await this.client.ask("take", { worker: this.worker });
    if (!("work" in taken)) return null;
    this.lease = taken.work.lease;
    return taken.work.title;
  }
  tell(from: number, count: number) {
    const items = Array.from({ length: count }, (_, i) => ({
      is: "step" as const,
      run: 0,
      step: from + i + 1,
      tokens: 1,
    }));
    return this.client.ask("tell", { worker: this.worker, lease: this.lease, from, items });
  }
  beats() {
    return this.client.ask("beat", { worker: this.worker, lease: this.lease });
  }
  done(result: Record<string, unknown>) {
    return this.client.ask("done", { worker: this.worker, lease: this.lease, outcome: { result } });
  }
  gives(why: string) {
    return this.client.ask("back", { worker: this.worker, lease: this.lease, why });
  }
  fails(message: string) {
    const failed = { code: "token-missing", data: { variable: "TOKEN" }, message };
    return this.client.ask("done", { worker: this.worker, lease: this.lease, outcome: { failed } });
  }
}
