/** Health checks of models that fail or hang: what is reported, and when they are reopened. */
import assert from "node:assert/strict";
import type { EngineSession } from "#kernel/engines/engine.js";
import type { ModelServiceEvent } from "#kernel/features/serve/models/contract.js";
import { trackSessionHealth } from "#kernel/features/serve/models/health.js";
import { ModelRecovery, type RecoverableModel } from "#kernel/features/serve/models/recovery.js";
import { until } from "#tests/until.js";

type Computes = Pick<EngineSession, "run">;

/** A named model that is computed by a session. */
class Model implements RecoverableModel {
  readonly folder = "folder";
  readonly done: string[] = [];
  waiting = 0;
  engine: object | null = null;
  session: Computes | null;
  constructor(
    readonly name: string,
    session: Computes,
    private readonly inEngine = true,
  ) {
    this.session = session;
  }
  load() {
    return { waiting: this.waiting, working: 0, batches: 1, tokensRead: 0, tokensWritten: 0, tokensCached: 0 };
  }
  async probe(): Promise<void> {
    await this.session?.run("evaluate", {});
  }
  lose(): Promise<void> {
    this.done.push("lost");
    this.session = null;
    return Promise.resolve();
  }
  again(): void {
    this.done.push("again");
  }
  killEngine(): boolean {
    if (this.inEngine) this.done.push("engine killed");
    return this.inEngine;
  }
}

describe("failing or hanging models", () => {
  const told: ModelServiceEvent[] = [];
  let models: Model[] = [];
  let mending: ModelRecovery;
  let fails = true;
  const failing = (): Computes =>
    trackSessionHealth({ run: () => (fails ? Promise.reject(new TypeError("no")) : Promise.resolve({})) });
  const start = (all: Model[], stuck = 60_000): void => {
    [models, fails] = [all, true];
    told.length = 0;
    mending = new ModelRecovery({ models: () => models, stuck, tell: (event) => void told.push(event) });
    for (const { session } of all) if (session) mending.watch(session);
  };
  const failsThrice = async (session: Computes): Promise<void> => {
    for (let time = 0; time < 3; time++) {
      assert.equal(mending.illness(models[0]!), null);
      await assert.rejects(session.run("evaluate", {}));
    }
  };
  afterEach(() => mending.close());

  it("are unhealthy after the third failure, and healthy after the first success", async () => {
    const session = failing();
    start([new Model("a", session)]);
    await failsThrice(session);
    assert.equal(mending.illness(models[0]!), "its last 3 computations failed");
    assert.deepEqual(
      told.map(({ is }) => is),
      ["failing"],
    );
    fails = false;
    await session.run("evaluate", {});
    assert.equal(mending.illness(models[0]!), null);
    await until(() => told.length === 2);
    assert.deepEqual([told[1]?.is, models[0]!.done], ["well-again", []]);
  });

  it("reopen once each after a failed health check of their session, later with a delay", async () => {
    const session = failing();
    start([new Model("a", session), new Model("b", session)]);
    await failsThrice(session);
    await until(() => models[1]!.done.length === 2);
    assert.deepEqual(
      models.map(({ done }) => done),
      [
        ["lost", "again"],
        ["lost", "again"],
      ],
    );
    const next = failing();
    models[0]!.session = next;
    mending.watch(next);
    for (let time = 0; time < 3; time++) await assert.rejects(next.run("evaluate", {}));
    assert.deepEqual(
      told.map((event) => event.is === "failing" && event.again),
      [0, 1000],
    );
  });

  it("have their engine killed, or reopen in a new process, if a computation never ends", async () => {
    for (const inEngine of [true, false]) {
      const session = trackSessionHealth<Computes>({ run: () => new Promise(() => undefined) });
      start([new Model("a", session, inEngine)], 50);
      void session.run("evaluate", {});
      const model = models[0]!;
      await until(() => model.done.length > 0 && told.length > 0);
      assert.equal(told[0]?.is, "stuck");
      await until(() => model.done.join() === (inEngine ? "engine killed" : "lost,again"));
      mending.close();
    }
  });

  it("do not count waiting for other models of their engine as computation", async () => {
    const engine = {};
    let end: () => void = () => undefined;
    const slow = trackSessionHealth<Computes>({ run: () => new Promise((done) => (end = () => done({}))) });
    const waits = trackSessionHealth<Computes>({ run: () => new Promise(() => undefined) });
    const all = [new Model("slow", slow), new Model("waits", waits)];
    for (const one of all) one.engine = engine;
    start(all, 120);
    void waits.run("evaluate", {});
    for (let time = 0; time < 5; time++) {
      const computed = slow.run("evaluate", {});
      await new Promise((done) => setTimeout(done, 60));
      end();
      await computed;
      assert.deepEqual([mending.illness(all[1]!), all[1]!.done], [null, []]);
    }
    await until(() => all[1]!.done.join() === "engine killed");
  });

  it("reopen if texts wait and nothing is computed, but not while others open or with an empty queue", async () => {
    const session = trackSessionHealth<Computes>({ run: () => Promise.resolve({}) });
    start([new Model("a", session)], 80);
    const model = models[0]!;
    await new Promise((done) => setTimeout(done, 200));
    assert.deepEqual(model.done, []);
    model.waiting = 1;
    await mending.whileOpening(() => new Promise((done) => setTimeout(done, 200)));
    assert.deepEqual(model.done, []);
    await until(() => model.done.length === 2);
    assert.deepEqual(model.done, ["lost", "again"]);
  });
});
