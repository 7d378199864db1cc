import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { SlotWriter, WriterOptions } from "#kernel/inference/generation/contract.js";
import { planWriterPrograms } from "#kernel/inference/generation/plan-batching.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { promptTuning } from "#stdlib/techniques/prompt_tuning.run.js";
import { call, modelOf, names, UNTOUCHED } from "#tests/stdlib/models/decoder-models.js";
import { feedsOf, run, shapesOf } from "#tests/stdlib/models/golden.js";
import { alone, asked, Greedy, LateGreedy, ReferenceSession, toEnd, written } from "./side-by-side.js";

const anything = { can: () => Promise.resolve([]) };

function opened(name: string) {
  const { base, common } = modelOf(name);
  const model = { ...common, technique: UNTOUCHED, tensors: shapesOf(base) };
  const { vocabulary, positions } = common.family.sizes(common.config);
  const plain = new ReferenceSession({ ...buildGenerationPrograms(model) }, base);
  return {
    ...{ base, common, model, vocabulary, positions },
    alone: (prompt: readonly number[], maxTokens: number, ends: readonly number[] = []) =>
      alone(plain, prompt, { maxTokens, vocabulary, positions, ends }),
    async writer(more: Partial<WriterOptions> = {}): Promise<{ writer: SlotWriter; session: ReferenceSession }> {
      const parts = await planWriterPrograms(anything, model);
      assert.equal(parts.batches, null);
      for (const program of Object.values(parts.programs)) validateProgram(program);
      const session = new ReferenceSession(parts.programs, base);
      return { writer: await parts.open(session, { slots: 4, vocabulary, positions, padId: 0, ...more }), session };
    },
  };
}
/** Returns tokens that differ from text to text. */
const prompt = (length: number, seed: number, vocabulary: number): number[] =>
  Array.from({ length }, (_, i) => 3 + ((seed * 7 + i * i * 3 + i * seed) % (vocabulary - 3)));

describe("continuous batching in float64", function () {
  this.timeout(60_000);

  for (const name of names)
    it(`${name}: generates each text as it would alone, token for token, in any company`, async () => {
      const model = opened(name);
      const { writer } = await model.writer({ slots: 3, chunk: 3 });
      const room = Math.min(model.positions, 40);
      const asks = [
        [prompt(1, 1, model.vocabulary), 6],
        [prompt(room - 8, 2, model.vocabulary), 8],
        [prompt(5, 3, model.vocabulary), 4],
        [prompt(9, 4, model.vocabulary), 9],
        [prompt(room - 8, 2, model.vocabulary), 5],
      ] as const;
      const got = await Promise.all(asks.map(([text, most]) => written(writer, asked(text, most))));
      for (const [i, [text, most]] of asks.entries())
        assert.deepEqual(got[i], await model.alone(text, most), String(i));
      assert.equal(writer.load().working, 0);
    });

  it("is correct for any order of arrivals, lengths, aborts and shared prefixes, with a small store", async () => {
    const model = opened("gpt2-plain");
    const known = new Map<string, Promise<readonly number[]>>();
    let last: Promise<unknown> = Promise.resolve();
    const expected = (text: readonly number[], most: number): Promise<readonly number[]> => {
      const key = `${text.join()}/${String(most)}`;
      // One after another, because they share a cache.
      let made = known.get(key);
      if (!made) {
        made = last.then(() => model.alone(text, most, [5]));
        known.set(key, made);
        last = made;
      }
      return made;
    };
    const one = fc.record({
      seed: fc.integer({ min: 1, max: 3 }),
      length: fc.integer({ min: 1, max: 30 }),
      most: fc.integer({ min: 1, max: 10 }),
      /** Number of writer steps before the request. */
      comes: fc.integer({ min: 0, max: 8 }),
      leaves: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
      logits: fc.boolean(),
      /** Event-loop turns until its token chooser is ready. */
      late: fc.constantFrom(0, 0, 3, 30),
      client: fc.constantFrom("a", "b", "c"),
    });
    const property = fc.asyncProperty(
      fc.array(one, { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 3, max: 8 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 4 }),
      async (texts, pages, chunk, slots) => {
        const placeBytes = 2 * 2 * 4 * (model.common.config as { n_embd: number }).n_embd;
        const { writer } = await model.writer({ memory: pages * 16 * placeBytes, chunk, slots });
        const done = texts.map(async ({ seed, length, most, comes, leaves, logits, late, client }) => {
          for (let turn = 0; turn < comes; turn++) await new Promise(setImmediate);
          const text = prompt(length, seed, model.vocabulary);
          const chooser = new LateGreedy(logits ? "logits" : "next", late);
          const request = asked(text, most, { ends: new Set([5]), chooser, client });
          if (leaves === null) {
            assert.deepEqual(await written(writer, request), await expected(text, most));
            return;
          }
          const aborting = new AbortController();
          const got: number[] = [];
          try {
            for await (const { token } of writer.write({ ...request, signal: aborting.signal })) {
              got.push(token);
              if (got.length === leaves) aborting.abort();
            }
          } catch (error) {
            assert.equal((error as Error).name, "AbortError");
          }
          const whole = await expected(text, most);
          assert.deepEqual(got, whole.slice(0, got.length));
          assert.ok(got.length >= Math.min(leaves, whole.length));
        });
        await Promise.all(done);
        const { waiting, working } = writer.load();
        assert.deepEqual({ waiting, working }, { waiting: 0, working: 0 });
      },
    );
    await fc.assert(property, { numRuns: 12, seed: 4 });
  });

  it("divides the slots among clients, and resumes preempted texts without changes", async () => {
    const model = opened("gpt2-plain");
    const { writer, session } = await model.writer({ slots: 2 });
    let steps = 0;
    session.after = () => void steps++;
    const of = (client: string, seed: number, most: number): Promise<readonly number[]> =>
      written(writer, asked(prompt(4, seed, model.vocabulary), most, { client }));
    const long = [1, 2, 3].map((seed) => of("a", seed, 30));
    while (writer.load().tokensWritten < 8) await new Promise(setImmediate);
    const before = steps;
    for (const seed of [4, 5, 6]) assert.equal((await of("b", seed, 2)).length, 2);
    assert.ok(steps - before <= 3 * 4, String(steps - before));
    for (const [i, text] of (await Promise.all(long)).entries())
      assert.deepEqual(text, await model.alone(prompt(4, i + 1, model.vocabulary), 30));
  });

  it("does not wait for a text whose token chooser is not ready, and resumes it later", async () => {
    const model = opened("gpt2-plain");
    const { writer } = await model.writer();
    let ready: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => (ready = resolve));
    let waits = true;
    class Waiting extends Greedy {
      ready(): Promise<void> | null {
        return waits && this.seen.length === 2 ? wait : null;
      }
    }
    const [one, other] = [1, 2].map((seed) => prompt(6, seed, model.vocabulary)) as [number[], number[]];
    let ended = false;
    const held = written(writer, asked(one, 5, { chooser: new Waiting("logits") })).finally(() => (ended = true));
    assert.deepEqual(await written(writer, asked(other, 8)), await model.alone(other, 8));
    assert.ok(!ended);
    // The request arrives while no step can be computed.
    assert.deepEqual(await written(writer, asked(other, 3)), await model.alone(other, 3));
    assert.equal(writer.load().working, 1);
    waits = false;
    ready();
    assert.deepEqual(await held, await model.alone(one, 5));
  });

  it("ends texts whose chooser is not ready on an error, and when their client leaves", async () => {
    const model = opened("gpt2-plain");
    const { writer } = await model.writer();
    const never = Object.assign(new Greedy(), { ready: () => new Promise<void>(() => undefined) });
    const gone = new AbortController();
    const left = written(writer, asked([4, 5], 5, { chooser: never, signal: gone.signal }));
    const closed = written(writer, asked([4, 6], 5, { chooser: never }));
    while (writer.load().working < 2) await new Promise(setImmediate);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    gone.abort();
    await assert.rejects(left, { name: "AbortError" });
    assert.equal(writer.load().working, 1);
    await Promise.all([writer.close(), assert.rejects(closed, { code: "writer-closed" })]);
  });

  it("gives the logits of each text as computed alone in one pass", async () => {
    const model = opened("llama-grouped");
    const { writer } = await model.writer({ chunk: 4 });
    const texts = [prompt(18, 5, model.vocabulary), prompt(3, 6, model.vocabulary)];
    const choosers = texts.map(() => new Greedy("logits"));
    const got = await Promise.all(texts.map((text, i) => written(writer, asked(text, 5, { chooser: choosers[i]! }))));
    const forward = assembleForwardProgram(
      { ...model.common, technique: UNTOUCHED, tensors: shapesOf(model.base) },
      false,
    );
    for (const [i, text] of texts.entries()) {
      const all = [...text, ...got[i]!.slice(0, -1)];
      const feeds = feedsOf({ input_ids: [all], attention_mask: [all.map(() => 1)] });
      const { data } = run(forward, feeds, model.base).outputs["logits"]!;
      for (const [k, seen] of choosers[i]!.seen.entries()) {
        const row = data.subarray((text.length - 1 + k) * model.vocabulary, (text.length + k) * model.vocabulary);
        seen.forEach((x, j) => assert.ok(Math.abs(x - row[j]!) < 1e-5, `text ${String(i)}, token ${String(k)}`));
      }
    }
  });

  it("reuses a cached prefix of another text, with the same outputs", async () => {
    const model = opened("llama-grouped");
    const { writer } = await model.writer();
    const beginning = prompt(37, 7, model.vocabulary);
    const other = [...beginning.slice(0, 33), 9, 8, 7];
    const cold = await model.alone(other, 6);
    const first = writer.write(asked(beginning, 4));
    assert.deepEqual((await toEnd(first)).tokens, await model.alone(beginning, 4));
    assert.equal(first.cached, 0);
    const [again, both] = [writer.write(asked(other, 6)), writer.write(asked(beginning, 4))];
    assert.deepEqual((await toEnd(again)).tokens, cold);
    assert.deepEqual((await toEnd(both)).tokens, await model.alone(beginning, 4));
    assert.deepEqual([again.cached, both.cached], [32, 32]);
    assert.equal(writer.load().tokensRead, 37 + 4 + 5);
    assert.equal(writer.load().tokensCached, 64);
    // A conversation turn that continues the written text is read from its last complete page on.
    const turn = [...beginning, ...(await model.alone(beginning, 4)), 11, 12, 13, 14, 15, 16, 17, 18, 19];
    const third = writer.write(asked(turn, 3));
    assert.deepEqual((await toEnd(third)).tokens, await model.alone(turn, 3));
    assert.equal(third.cached, 32);
  });

  it("shares cached prefixes only between texts with the same salt", async () => {
    const model = opened("llama-grouped");
    const { writer } = await model.writer();
    const beginning = prompt(37, 7, model.vocabulary);
    const cached: number[] = [];
    for (const salt of ["one", "other", "one"]) {
      const text = writer.write({ ...asked(beginning, 3), salt });
      assert.deepEqual((await toEnd(text)).tokens, await model.alone(beginning, 3));
      cached.push(text.cached);
    }
    assert.deepEqual(cached, [0, 0, 32]);
  });

  it("reads a prompt that several concurrent texts share once", async () => {
    const model = opened("llama-grouped");
    const { writer } = await model.writer({ chunk: 8 });
    const text = prompt(40, 8, model.vocabulary);
    const got = await Promise.all([1, 2, 3].map(() => written(writer, asked(text, 3))));
    for (const tokens of got) assert.deepEqual(tokens, await model.alone(text, 3));
    assert.equal(writer.load().tokensRead, 40 + 2 * 8);
  });

  it("ignores the previous content of a reused slot", async () => {
    const model = opened("gpt2-plain");
    const { writer, session } = await model.writer({ slots: 1 });
    await written(writer, asked(prompt(30, 1, model.vocabulary), 8));
    for (const [name, { shape }] of Object.entries(session.state).filter(([state]) => state.startsWith("slots.")))
      session.state[name] = { shape, data: makeArrayValues(shape).data.fill(Number.NaN) };
    const text = prompt(20, 2, model.vocabulary);
    assert.deepEqual(await written(writer, asked(text, 8)), await model.alone(text, 8));
  });

  it("does not delay generation by long prompts, and admits texts in order of arrival", async () => {
    const model = opened("llama-grouped");
    const { writer, session } = await model.writer({ slots: 2, chunk: 4 });
    let steps = 0;
    session.after = () => void steps++;
    const began: Record<string, readonly number[]> = {};
    const tell = (name: string, length: number, most: number): Promise<unknown> => {
      const at: number[] = [];
      began[name] = at;
      const choose = (token: number): { readonly token: number } => {
        at.push(steps);
        return { token };
      };
      const chooser = { reads: "next", choose } as const;
      return written(writer, asked(prompt(length, length, model.vocabulary), most, { chooser }));
    };
    const first = tell("a", 3, 20);
    while (writer.load().tokensWritten < 2) await new Promise(setImmediate);
    const from = steps;
    await Promise.all([first, tell("b", 50, 2), tell("c", 2, 1), tell("d", 1, 1)]);
    // One token per step, while b is read four tokens at a time.
    assert.deepEqual(
      began["a"],
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    const [b, end] = began["b"]!;
    assert.ok(b! - from >= 13 && b! - from <= 14, `b came at ${String(from)} and began at ${String(b)}`);
    assert.deepEqual([began["c"], began["d"]], [[end! + 1], [end! + 2]]);
  });

  it("reads a short prompt before an earlier long one, and never starves the long one", async () => {
    const model = opened("llama-grouped");
    const { writer, session } = await model.writer({ slots: 8, chunk: 4 });
    let steps = 0;
    session.after = () => void steps++;
    /** Returns the step that chose the text's first token. */
    const first = async (length: number, seed: number): Promise<number> => {
      let at = 0;
      const choose = (token: number): { readonly token: number } => {
        at ||= steps;
        return { token };
      };
      const chooser = { reads: "next", choose } as const;
      await written(writer, asked(prompt(length, seed, model.vocabulary), 1, { chooser }));
      return at;
    };
    const other = written(writer, asked(prompt(3, 1, model.vocabulary), 50));
    while (writer.load().tokensWritten < 2) await new Promise(setImmediate);
    const from = steps;
    const long = [first(48, 2), first(47, 5)];
    let over = false;
    void Promise.all(long).then(() => (over = true));
    while (steps < from + 3) await new Promise(setImmediate);
    for (let seed = 6; !over; seed++) {
      const at = steps;
      const began = await first(2, seed);
      if (!over) assert.ok(began - at <= 2, `it came at ${String(at)} and began at ${String(began)}`);
    }
    // Half of each step is theirs, one after another.
    for (const [i, began] of (await Promise.all(long)).entries())
      assert.ok((await began) - from <= 24 * (i + 1) + 2, `long ${String(i)}: ${String(began - from)}`);
    await other;
  });

  it("reports the end of the engine to all texts, and accepts no more", async () => {
    const model = opened("gpt2-plain");
    const { writer, session } = await model.writer({ slots: 2 });
    const died = new CodedError("engine-closed", { engine: "tensorflow" });
    session.after = () => {
      throw died;
    };
    const all = await Promise.allSettled([3, 4, 5].map((n) => written(writer, asked(prompt(n, n, 20), 4))));
    for (const one of all) assert.equal(one.status === "rejected" && one.reason, died);
    await assert.rejects(written(writer, asked([4], 1)), { code: "engine-closed" });
    assert.equal(writer.load().waiting + writer.load().working, 0);
  });
  it("fails only the text of a failing chooser, and only the texts in a failing step", async () => {
    const model = opened("gpt2-plain");
    const { writer, session } = await model.writer({ slots: 2 });
    const chooser = { reads: "next" as const, choose: () => assert.fail("no choice") };
    const good = written(writer, asked([4, 5, 6], 4));
    await assert.rejects(written(writer, asked([7], 2, { chooser })), /no choice/);
    const beyond = { reads: "next" as const, choose: () => ({ token: model.vocabulary }) };
    await assert.rejects(written(writer, asked([7], 2, { chooser: beyond })), { code: "internal" });
    assert.throws(() => writer.write(asked([7, -1], 2)), { code: "internal" });
    assert.deepEqual(await good, await model.alone([4, 5, 6], 4));
    let fails = true;
    session.after = () => {
      if (fails) throw new CodedError("engine-failed", { engine: "tensorflow", why: "once" });
    };
    await assert.rejects(written(writer, asked([4, 5], 4)), { code: "engine-failed" });
    fails = false;
    assert.deepEqual(await written(writer, asked([4, 5], 4)), await model.alone([4, 5], 4));
  });
  it("rejects an empty prompt and one without space, and ends with the writer", async () => {
    const model = opened("gpt2-plain");
    const { writer } = await model.writer();
    assert.equal(writer.room, model.positions);
    assert.throws(() => writer.write(asked([], 1)), { code: "empty-prompt" });
    assert.throws(() => writer.write(asked(prompt(30, 1, 20), model.positions - 29)), { code: "no-room-to-generate" });
    const text = written(writer, asked([3, 4], 20));
    await writer.close();
    await assert.rejects(text, { code: "writer-closed" });
  });
});

describe("adapters in one batch, in float64", () => {
  const model = opened("llama-grouped");
  const adapterOf = (rank: number, targets: readonly string[], seed: number, stabilized = false) => {
    const low = { rank, alpha: 4, targets: [...targets], from: `adapter-${String(seed)}`, rank_stabilized: stabilized };
    const technique = { call: call("technique", "lora", low), implementation: lora };
    return { technique, seed };
  };
  const adapters = [
    adapterOf(2, ["q_proj", "v_proj"], 1),
    null,
    adapterOf(3, ["all"], 2),
    adapterOf(4, ["all"], 3, true),
  ];
  /** Returns the tensors of the adapter's file, with values large enough to matter. */
  const fileOf = ({ technique, seed }: ReturnType<typeof adapterOf>): Record<string, ArrayValues> => {
    const names = Object.entries(
      buildGenerationPrograms({ ...model.model, technique, tensors: { ...shapesOf(model.base) } }).decode.state,
    );
    return Object.fromEntries(
      names.flatMap(([, { type, initial }], k): [string, ArrayValues][] => {
        if (!("checkpoint" in initial) || !initial.checkpoint.includes("lora_")) return [];
        const y = makeArrayValues(type.shape as number[]);
        y.data.forEach((_, i) => (y.data[i] = 0.5 * Math.sin(1.3 * i + k + 5 * seed)));
        return [[initial.checkpoint, y]];
      }),
    );
  };
  const files = Object.fromEntries(adapters.flatMap((a) => (a ? [[`file-${String(a.seed)}`, fileOf(a)]] : [])));

  it("generate the same text as each adapter alone", async () => {
    const parts = await planWriterPrograms(anything, {
      ...model.model,
      adapters: adapters.map((a) => a && { call: a.technique.call, file: `file-${String(a.seed)}` }),
    });
    for (const program of Object.values(parts.programs)) validateProgram(program);
    const session = new ReferenceSession(parts.programs, model.base, files);
    const { vocabulary, positions } = model;
    const writer = await parts.open(session, { slots: 4, vocabulary, positions, padId: 0 });
    const text = prompt(20, 3, vocabulary);
    const got = await Promise.all([0, 1, 2, 3].map((adapter) => written(writer, asked(text, 8, { adapter }))));
    for (const [i, own] of adapters.entries()) {
      const file = own ? files[`file-${String(own.seed)}`]! : {};
      const technique = own?.technique ?? UNTOUCHED;
      const tensors = { ...shapesOf(model.base), ...shapesOf(file) };
      const single = new ReferenceSession(
        { ...buildGenerationPrograms({ ...model.model, technique, tensors }) },
        { ...model.base, ...file },
      );
      assert.deepEqual(
        got[i],
        await alone(single, text, { maxTokens: 8, vocabulary, positions }),
        `adapter ${String(i)}`,
      );
    }
    assert.notDeepEqual(got[0], got[1]);
    assert.notDeepEqual(got[2], got[1]);
    // Without an adapter name, the first one is used.
    assert.deepEqual(await written(writer, asked(text, 8)), got[0]);
  });
  it("are rejected if they add more than two factors, or if their file is incomplete", async () => {
    const dora = call("technique", "lora", { dora: true });
    const refused = planWriterPrograms(anything, { ...model.model, adapters: [{ call: dora, file: "file-1" }] });
    await assert.rejects(refused, { code: "adapters-apart" });
    const parts = await planWriterPrograms(anything, {
      ...model.model,
      adapters: [{ call: adapters[0]!.technique.call, file: "none" }],
    });
    const session = new ReferenceSession(parts.programs, model.base, { none: {} });
    const { vocabulary, positions } = model;
    await assert.rejects(parts.open(session, { slots: 4, vocabulary, positions, padId: 0 }), {
      code: "adapters-apart",
    });
  });
});

describe("static batches of texts", () => {
  it("generate each text as it would alone, for different prompts, ends and choosers", async () => {
    const model = opened("gpt2-plain");
    const parts = await planWriterPrograms(
      {
        can: (program) =>
          Promise.resolve(
            program.nodes.filter(({ op }) => op === "cached_attention").map(({ op }) => ({ op, why: "not here" })),
          ),
      },
      model.model,
    );
    assert.match(parts.batches ?? "", /no cached_attention: not here/);
    const session = new ReferenceSession(parts.programs, model.base);
    const { vocabulary, positions } = model;
    const writer = await parts.open(session, { slots: 2, vocabulary, positions, padId: 0 });
    const asks = [
      [prompt(4, 1, vocabulary), 6],
      [prompt(12, 2, vocabulary), 2],
      [prompt(30, 3, vocabulary), 8],
    ] as const;
    const choosers = [new Greedy("logits"), new Greedy(), new Greedy()];
    const ends = (await model.alone(asks[0][0], 6)).slice(3, 4);
    const got = await Promise.all(
      asks.map(([text, most], i) => written(writer, asked(text, most, { chooser: choosers[i]!, ends: new Set(ends) }))),
    );
    for (const [i, [text, most]] of asks.entries()) assert.deepEqual(got[i], await model.alone(text, most, ends));
    assert.equal(writer.load().working, 0);
  });
  it("support virtual tokens", async () => {
    const model = opened("gpt2-plain");
    const technique = { call: call("technique", "prompt_tuning", { tokens: 3 }), implementation: promptTuning };
    const parts = await planWriterPrograms(anything, { ...model.model, technique });
    assert.match(parts.batches ?? "", /prompt_tuning puts something before each text/);
  });
});
