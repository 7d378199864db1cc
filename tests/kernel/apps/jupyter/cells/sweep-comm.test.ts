/**
 * The comm of a sweep's cell: two front ends of one kernel see the same state, each gets its responses, and requests
 * about ended trials report that.
 */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { TrialSummary, SweepControls } from "#kernel/display/sweeps/sweep-controls.js";
import { sweepControlsHost } from "#kernel/apps/jupyter/cells/tune/sweep-comm.js";
import { CommRegistry } from "#kernel/apps/jupyter/ports/comms.js";
import type { CommEvent } from "#kernel/apps/jupyter/ports/run-port.js";

type Data = Readonly<Record<string, unknown>>;

describe("comm of a running sweep", () => {
  const sent: CommEvent[] = [];
  const comms = new CommRegistry((event) => sent.push(event));
  const shown = new Set<() => void>();
  const trial: TrialSummary = {
    ...{ number: 1, state: "running", score: null, done: 0.5, said: "epochs 3", values: { epochs: "3" } },
    stopping: false,
  };
  const stopped: number[] = [];
  const cloned: unknown[] = [];
  const sweep: SweepControls = {
    name: "search",
    settings: [],
    get now() {
      const running = [{ ...trial, stopping: stopped.includes(1) }];
      return { name: "search", metric: "f1", over: false, running, best: [], ended: 0, waiting: cloned.length };
    },
    trialSummary: (number) => (number === 1 ? trial : null),
    onShown: (told) => {
      shown.add(told);
      return () => shown.delete(told);
    },
    stop(number) {
      if (number !== 1) throw new CodedError("trial-not-running", { sweep: "search", trial: number, running: [1] });
      stopped.push(number);
      for (const told of shown) told();
    },
    clone: (number, changes) => void cloned.push([number, changes]),
    change: () => undefined,
  };
  const offerId = sweepControlsHost((target, opened) => void comms.register(target, opened)).offer(sweep);
  const open = (id: string, of: string) =>
    comms.take({ event: "open", id, target: "tunebook.sweep", data: { desk: of } });
  const ask = (id: string, content: object) => comms.take({ event: "msg", id, data: { method: "custom", content } });
  const told = (id: string): readonly Data[] =>
    sent.splice(0).flatMap((event) => (event.id === id ? [event.data as Data] : []));

  it("sends trial states to each front end, and to both after one requests a stop", () => {
    open("a", offerId);
    open("b", offerId);
    const first = sent.splice(0).map(({ id, data }) => [id, (data as { method: string }).method]);
    assert.deepEqual(first, [
      ["a", "update"],
      ["b", "update"],
    ]);
    ask("a", { ask: "stop", trial: 1, id: 7 });
    const all = [...sent];
    const stopping = all.filter(({ data }) => JSON.stringify(data).includes('"stopping":true')).map(({ id }) => id);
    assert.deepEqual(stopping.sort(), ["a", "b"]);
    assert.deepEqual(told("a").at(-1), { method: "custom", content: { id: 7, did: "stop" } });
    ask("b", { ask: "clone", trial: 1, id: 1, changes: { epochs: 4 } });
    assert.deepEqual(cloned, [[1, { epochs: "4" }]]);
    assert.deepEqual(told("b").at(-1), { method: "custom", content: { id: 1, did: "clone" } });
  });
  it("responds to a stale button or an unknown trial with an error that says what is possible", () => {
    ask("a", { ask: "stop", trial: 9, id: 8 });
    const { content } = told("a").at(-1) as { content: { id: number; fault: string } };
    assert.match(content.fault, /^trial 9 of search is not running \(running trials: 1\)$/);
    ask("a", { ask: "trial", trial: 5, id: 9 });
    assert.deepEqual(told("a").at(-1), { method: "custom", content: { id: 9, fault: "search has no trial 5" } });
    ask("a", { ask: "erase", trial: 1, id: 10 });
    ask("a", { ask: "stop", trial: "1", id: 11 });
    assert.deepEqual(told("a"), []);
  });
  it("closes for a cell of another kernel and sends nothing after it is closed", async () => {
    open("c", "another");
    await Promise.resolve();
    assert.deepEqual(sent.splice(0).map(({ event, id }) => [event, id]), [["close", "c"]]); // prettier-ignore
    comms.take({ event: "close", id: "b", data: {} });
    for (const one of shown) one();
    assert.deepEqual(sent.splice(0).map(({ id }) => id), ["a"]); // prettier-ignore
  });
});
