import assert from "node:assert/strict";
import { ServerLifecycle, type RunningServer } from "#kernel/features/serve/process/server-lifecycle.js";

class FakeServer implements RunningServer {
  readonly calls: string[] = [];
  reload(): Promise<void> {
    this.calls.push("reload");
    return Promise.resolve();
  }
  stop(grace: number): Promise<number> {
    this.calls.push(`stop ${String(grace)}`);
    return Promise.resolve(2);
  }
}
const signal = (name: "SIGTERM" | "SIGHUP"): void => void process.emit(name, name);

describe("server process", () => {
  let server: FakeServer;
  let life: ServerLifecycle<FakeServer>;
  beforeEach(() => {
    server = new FakeServer();
    life = new ServerLifecycle<FakeServer>({ grace: 700, forcedStatus: () => 130 });
  });
  afterEach(() => life.dispose());

  it("serves until a signal, and answers requests in progress within the grace period", async () => {
    const end = life.run(
      () => Promise.resolve(server),
      () => {
        assert.equal(life.current, server);
        signal("SIGTERM");
      },
    );
    assert.deepEqual(await end, { signal: "SIGTERM", grace: 700, cut: 2 });
    assert.deepEqual(server.calls, ["stop 700"]);
  });

  it("follows the first of several stop requests", async () => {
    const end = life.run(
      () => Promise.resolve(server),
      () => {
        life.stop(50);
        life.stop(9000);
      },
    );
    assert.deepEqual(await end, { signal: null, grace: 50, cut: 2 });
  });

  it("reloads on SIGHUP, or after opening if the signal arrives earlier", async () => {
    const end = life.run(
      () => {
        signal("SIGHUP");
        assert.deepEqual(server.calls, []);
        return Promise.resolve(server);
      },
      () => undefined,
    );
    await new Promise((done) => setImmediate(done));
    assert.deepEqual(server.calls, ["reload"]);
    signal("SIGHUP");
    life.stop(0);
    await end;
    assert.deepEqual(server.calls, ["reload", "reload", "stop 0"]);
  });

  it("aborts the opening if it is stopped meanwhile", async () => {
    const end = life.run(
      (stopped) => {
        signal("SIGTERM");
        return Promise.reject(stopped.reason as Error);
      },
      () => assert.fail("a server that was not opened is not ready"),
    );
    assert.deepEqual(await end, { signal: "SIGTERM", grace: 700, cut: 0 });
    assert.equal(life.current, null);
  });

  it("throws the error of a failed opening", async () => {
    const failing = life.run(
      () => Promise.reject(new Error("no such folder")),
      () => undefined,
    );
    await assert.rejects(failing, /no such folder/);
  });

  it("ends on a hang-up if its terminal is gone", async () => {
    life.dispose();
    life = new ServerLifecycle<FakeServer>({ forcedStatus: () => 143, endsWithTerminal: () => true });
    const end = life.run(
      () => Promise.resolve(server),
      () => signal("SIGHUP"),
    );
    assert.deepEqual(await end, { signal: "SIGTERM", grace: 30_000, cut: 2 });
  });

  it("ignores signals after disposal", () => {
    life.dispose();
    const listeners = ["SIGTERM", "SIGINT", "SIGHUP"].flatMap((name) => process.rawListeners(name as NodeJS.Signals));
    assert.equal(
      listeners.some((one) => /onSignal|onHangUp/.test(one.name)),
      false,
    );
  });
});
