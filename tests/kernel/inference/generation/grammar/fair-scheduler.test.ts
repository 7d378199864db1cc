/** Workers shared fairly among clients, with a clock that tests control. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { FairQueue } from "#kernel/inference/generation/grammar/fair-queue.js";
import {
  MAX_QUICK_TURNS,
  FairScheduler,
  type ScheduledRun,
} from "#kernel/inference/generation/grammar/fair-scheduler.js";
import { VirtualClock } from "./virtual-clock.js";

const SLICE = 100;
const PAUSE = 20_000;
const key = fc.constantFrom(..."abcd");

describe("fair queue", () => {
  interface Job {
    readonly key: string;
    readonly number: number;
  }
  /** A job added at step `from` and taken at step `to`. */
  interface Stay extends Job {
    readonly from: number;
    to: number;
  }
  const steps = fc.array(fc.oneof({ weight: 3, arbitrary: key }, { weight: 2, arbitrary: fc.constant(null) }), {
    maxLength: 80,
  });
  /** A letter adds a job, null takes one; in the end all are taken. */
  function played(all: readonly (string | null)[]): readonly Stay[] {
    const queue = new FairQueue<Job>();
    const stays: Stay[] = [];
    const order: Stay[] = [];
    let step = 0;
    const take = (): void => {
      const job = queue.take();
      const stay = stays.find(({ number }) => number === job?.number);
      if (stay) order.push(Object.assign(stay, { to: step }));
    };
    for (const one of all) {
      step++;
      if (one === null) take();
      else {
        queue.add({ key: one, number: step });
        stays.push({ key: one, number: step, from: step, to: Infinity });
      }
    }
    for (; queue.size > 0; step++) take();
    assert.equal(order.length, stays.length);
    return order;
  }

  it("keeps the arrival order within a key", () =>
    fc.assert(
      fc.property(steps, (all) => {
        const order = played(all);
        for (const one of "abcd") {
          const own = order.filter((job) => job.key === one).map(({ number }) => number);
          assert.deepEqual(
            own,
            own.toSorted((a, b) => a - b),
          );
        }
      }),
    ));
  it("serves no key twice while another key waits", () =>
    fc.assert(
      fc.property(steps, (all) => {
        const order = played(all);
        for (const [i, before] of order.entries()) {
          const next = order.findIndex((job, j) => j > i && job.key === before.key);
          if (next < 0) continue;
          const between = new Set(order.slice(i + 1, next).map((job) => job.key));
          // Jobs that waited from before the first to after the second.
          for (const job of order.slice(next + 1))
            assert.ok(job.key === before.key || job.from > before.to || between.has(job.key));
        }
      }),
    ));
  it("moves a served key behind the waiting keys", () => {
    const queue = new FairQueue<Job>();
    for (const [number, one] of [..."abc"].entries()) queue.add({ key: one, number });
    queue.served("a");
    assert.deepEqual(
      [queue.take()?.key, queue.take()?.key, queue.take()?.key, queue.take()],
      ["b", "c", "a", undefined],
    );
  });
  it("takes a requeued job before later jobs of its key", () => {
    const queue = new FairQueue<Job>();
    for (const number of [2, 3, 1]) queue.add({ key: "a", number });
    assert.deepEqual(
      [...queue].map(({ number }) => number),
      [1, 2, 3],
    );
    assert.deepEqual(
      [queue.countOf("a"), queue.countOf("b"), queue.hasOther("a"), queue.hasOther("b")],
      [3, 0, false, true],
    );
  });
});

interface Planned {
  readonly key: string;
  /** Times in ms. */
  readonly at: number;
  readonly takes: number;
}
interface Ran extends Planned {
  readonly index: number;
  readonly starts: number[];
  ended: number;
}
/** A job that takes the given number of ms. */
function lasting(clock: VirtualClock, ms: number, begun?: () => void, over?: () => void) {
  return ({ signal, begins }: ScheduledRun): Promise<void> =>
    new Promise((resolve, reject) => {
      begun?.();
      const cancel = clock.after(ms, () => {
        over?.();
        resolve();
      });
      signal.addEventListener("abort", () => {
        over?.();
        cancel();
        reject(new Error("stopped"));
      });
      begins();
    });
}
/** Runs the jobs with the given number of workers and returns the results. */
async function played(
  jobs: readonly Planned[],
  workers: number,
  clock = new VirtualClock(),
): Promise<{ readonly all: readonly Ran[]; readonly most: number }> {
  const turns = new FairScheduler({ workers, slice: SLICE, pause: PAUSE, clock });
  let [running, most] = [0, 0];
  const all = jobs.map((job, index): Ran => ({ ...job, index, starts: [], ended: NaN }));
  for (const job of all)
    clock.after(job.at, () => {
      const begun = (): void => {
        job.starts.push(clock.now());
        most = Math.max(most, ++running);
      };
      const work = lasting(clock, job.takes, begun, () => running--);
      void turns.take(job.key, work).then(() => (job.ended = clock.now()));
    });
  await clock.run();
  return { all, most };
}
const plans = (longest: number): fc.Arbitrary<readonly Planned[]> =>
  fc.array(fc.record({ key, at: fc.integer({ min: 0, max: 3000 }), takes: fc.integer({ min: 1, max: longest }) }), {
    maxLength: 30,
  });
const workers = fc.integer({ min: 1, max: 3 });

/** `take` adds a job of the given number of ms; `order` lists the clients whose jobs were started. */
function oneWorker() {
  const clock = new VirtualClock();
  const turns = new FairScheduler({ workers: 1, slice: SLICE, pause: PAUSE, clock });
  const order: string[] = [];
  const take = (one: string, ms: number, signal?: AbortSignal): void => {
    const job = lasting(clock, ms, () => order.push(one));
    // The promise rejects for a client that gives up.
    void turns.take(one, job, signal).catch(() => undefined);
  };
  return { clock, order, take };
}

describe("fair scheduler", () => {
  it("finishes every job and never runs more jobs at a time than there are workers", () =>
    fc.assert(
      fc.asyncProperty(plans(5000), workers, async (jobs, count) => {
        const { all, most } = await played(jobs, count);
        assert.ok(most <= count);
        for (const { ended, starts, takes } of all) assert.equal(ended, must(starts.at(-1)) + takes);
      }),
      { numRuns: 60 },
    ));
  it("starts the jobs of a client in arrival order", () =>
    fc.assert(
      fc.asyncProperty(plans(5000), workers, async (jobs, count) => {
        const { all } = await played(jobs, count);
        const came = all.toSorted((a, b) => a.at - b.at || a.index - b.index);
        for (const one of "abcd") {
          const starts = came.filter((job) => job.key === one).map((job) => must(job.starts[0]));
          assert.deepEqual(
            starts,
            starts.toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 60 },
    ));
  it("never stops a job within one slice and bounds how many other jobs a client waits for", () =>
    fc.assert(
      fc.asyncProperty(plans(SLICE), workers, async (jobs, count) => {
        const { all } = await played(jobs, count);
        assert.ok(all.every(({ starts }) => starts.length === 1));
        for (const job of all) {
          const own = all.filter((one) => one !== job && one.key === job.key).map((one) => must(one.starts[0]));
          const start = must(job.starts[0]);
          const from = Math.max(job.at, ...own.filter((at) => at < start));
          const passed = all.filter((one) => one.key !== job.key && inside(must(one.starts[0]), from, start));
          assert.ok(passed.length <= 3 * (MAX_QUICK_TURNS + 1), `${String(passed.length)} went before`);
        }
      }),
      { numRuns: 200 },
    ));
  it("starts no quick client twice while another quick client waits", () =>
    fc.assert(
      fc.asyncProperty(plans(SLICE), workers, async (jobs, count) => {
        const known = [..."abcd"].map((one) => ({ key: one, at: 0, takes: 1 }));
        const { all } = await played([...known, ...jobs.map((job) => ({ ...job, at: job.at + 10 }))], count);
        const order = all.toSorted((a, b) => must(a.starts[0]) - must(b.starts[0]));
        for (const [i, before] of order.entries()) {
          const next = order.findIndex((job, j) => j > i && job.key === before.key);
          if (next < 0) continue;
          const [from, to] = [before, must(order[next])].map((job) => must(job.starts[0]));
          const passed = order.filter((job) => job.at < must(from) && must(job.starts[0]) > must(to));
          // Another client's later job may still wait if one of that client's jobs ran in between.
          const between = new Set(
            order
              .filter((job) => must(job.starts[0]) >= must(from) && must(job.starts[0]) <= must(to))
              .map((job) => job.key),
          );
          assert.deepEqual(
            passed.filter((job) => !between.has(job.key)),
            [],
          );
        }
      }),
      { numRuns: 60 },
    ));
  it("lets a quick client pass new clients, at most MAX_QUICK_TURNS times in a row", async () => {
    const { clock, order, take } = oneWorker();
    take("quick", 10);
    await clock.run();
    for (let i = 0; i < 3; i++) take(`new ${String(i)}`, 50);
    for (let i = 0; i < 5; i++) take("quick", 10);
    await clock.run();
    const passes = Array.from({ length: MAX_QUICK_TURNS }, () => "quick");
    assert.deepEqual(order, ["quick", "new 0", ...passes, "new 1", "quick", "quick", "new 2"]);
  });
  it("gives no priority after a job that was stopped and finished later", async () => {
    const { clock, order, take } = oneWorker();
    take("slow", 10);
    await clock.run();
    take("slow", 5 * SLICE);
    take("other", 10);
    await clock.run();
    order.length = 0;
    take("running", 50);
    take("new", 10);
    take("slow", 10);
    await clock.run();
    assert.deepEqual(order, ["running", "new", "slow"]);
  });
  it("gives no priority after a job that was stopped and then aborted", async () => {
    const { clock, order, take } = oneWorker();
    take("slow", 10);
    await clock.run();
    const gives = new AbortController();
    take("slow", 50 * SLICE, gives.signal);
    take("other", 10);
    clock.after(2 * SLICE, () => gives.abort(new Error("given up")));
    await clock.run();
    order.length = 0;
    take("running", 50);
    take("new", 10);
    take("slow", 10);
    await clock.run();
    assert.deepEqual(order, ["running", "new", "slow"]);
  });
  it("gives no priority after a job aborted within a slice, also to a client that was quick before", async () => {
    for (const before of [[], ["gives up"]]) {
      const { clock, order, take } = oneWorker();
      for (const one of before) take(one, 10);
      await clock.run();
      const gives = new AbortController();
      take("gives up", 50 * SLICE, gives.signal);
      clock.after(SLICE / 2, () => gives.abort(new Error("given up")));
      await clock.run();
      order.length = 0;
      take("running", 50);
      take("new", 10);
      take("gives up", 10);
      await clock.run();
      assert.deepEqual(order, ["running", "new", "gives up"]);
    }
  });
  it("lets a quick client wait longer than a slice at most once per pause, with any queue", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: SLICE, max: 5000 }), { minLength: 1, maxLength: 32 }),
        fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 20, maxLength: 60 }),
        async (long, gaps) => {
          const clock = new VirtualClock();
          const turns = new FairScheduler({ workers: 1, slice: SLICE, pause: PAUSE, clock });
          const known = turns.take("b", lasting(clock, 1));
          const ended = [known, ...long.map((takes) => turns.take("a", lasting(clock, takes)))];
          const waits: number[] = [];
          const client = async (): Promise<number> => {
            for (const gap of gaps) {
              await new Promise<void>((resolve) => clock.after(gap, resolve));
              const came = clock.now();
              await turns.take(
                "b",
                lasting(clock, 50, () => waits.push(clock.now() - came)),
              );
            }
            return clock.now();
          };
          const [, lasted] = await Promise.all([clock.run(), client(), ...ended]);
          assert.equal(waits.length, gaps.length);
          const passed = waits.filter((ms) => ms > SLICE + 1);
          assert.ok(passed.length <= lasted / PAUSE, `${String(passed)} in ${String(lasted)} ms`);
        },
      ),
      { numRuns: 200 },
    ));
  it("never interrupts a client that is alone", async () => {
    const jobs = [5000, 3000, 10, 4000].map((takes) => ({ key: "a", at: 0, takes }));
    const { all } = await played(jobs, 1);
    assert.deepEqual(
      all.map(({ starts }) => starts),
      [[0], [5000], [8000], [8010]],
    );
  });
  it("finishes a long job even if another client never pauses", async () => {
    const short = Array.from({ length: 400 }, (_, i) => ({ key: "b", at: 100 * i, takes: 90 }));
    const { all } = await played([{ key: "a", at: 0, takes: 3000 }, ...short], 1);
    assert.ok(must(all[0]).ended < PAUSE + 5000, String(must(all[0]).ended));
  });
  it("counts the slice from the moment a job reports its start", async () => {
    const clock = new VirtualClock();
    const turns = new FairScheduler({ workers: 1, slice: SLICE, pause: PAUSE, clock });
    let stopped = NaN;
    void turns.take("a", ({ signal, begins }) => {
      clock.after(1000, begins);
      signal.addEventListener("abort", () => (stopped = clock.now()));
      return new Promise(() => undefined);
    });
    void turns.take("b", () => new Promise(() => undefined));
    await clock.run(5000);
    assert.equal(stopped, 1000 + SLICE);
  });
  it("drops a job whose client aborts, before and after its start", async () => {
    const clock = new VirtualClock();
    const turns = new FairScheduler({ workers: 1, slice: SLICE, pause: PAUSE, clock });
    const [first, second] = [new AbortController(), new AbortController()];
    let aborted = 0;
    const endless = ({ signal }: ScheduledRun): Promise<never> => {
      signal.addEventListener("abort", () => aborted++);
      return new Promise(() => undefined);
    };
    const running = turns.take("a", endless, first.signal);
    const waiting = turns.take("a", endless, second.signal);
    const last = turns.take("b", () => Promise.resolve("done"));
    assert.deepEqual([turns.waiting("a"), turns.waiting("b"), turns.waiting()], [1, 1, 2]);
    second.abort(new Error("second"));
    await assert.rejects(waiting, /second/);
    assert.deepEqual([turns.waiting("a"), aborted], [0, 0]);
    first.abort(new Error("first"));
    await assert.rejects(running, /first/);
    assert.deepEqual([await last, aborted, turns.waiting()], ["done", 1, 0]);
    await assert.rejects(turns.take("a", endless, first.signal), /first/);
  });
  it("starts a job only once, even if the room check triggers another look", async () => {
    let started = 0;
    const room = (): boolean => {
      if (started === 0) turns.look();
      return true;
    };
    const turns: FairScheduler = new FairScheduler({
      workers: 3,
      slice: SLICE,
      pause: PAUSE,
      clock: new VirtualClock(),
      room,
    });
    await turns.take("a", () => {
      started++;
      turns.look();
      return Promise.resolve();
    });
    assert.equal(started, 1);
  });
  it("lets other clients pass a client whose jobs do not fit", async () => {
    const clock = new VirtualClock();
    let full = true;
    const turns = new FairScheduler({
      workers: 1,
      slice: SLICE,
      pause: PAUSE,
      clock,
      room: (one) => one !== "a" || !full,
    });
    let ready = false;
    const waiting = turns.take("a", () => Promise.resolve()).then(() => (ready = true));
    const other = turns.take("b", lasting(clock, 10));
    await clock.run();
    await other;
    assert.deepEqual([ready, turns.waiting("a"), turns.waiting()], [false, 1, 1]);
    full = false;
    turns.look();
    await waiting;
  });
  it("starts no job without room, and starts it once room is free", async () => {
    const clock = new VirtualClock();
    let room = false;
    const turns = new FairScheduler({ workers: 2, slice: SLICE, pause: PAUSE, clock, room: () => room });
    const job = turns.take("a", () => Promise.resolve("done"));
    await clock.run();
    assert.equal(turns.waiting(), 1);
    room = true;
    turns.look();
    assert.equal(await job, "done");
  });
});

const inside = (at: number, from: number, to: number): boolean => at > from && at < to;
function must<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
