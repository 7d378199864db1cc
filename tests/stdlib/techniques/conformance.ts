/**
 * The contract of a technique on a family, whoever wrote it: a built-in word runs this suite by being registered, and a
 * user's technique runs it too.
 */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import { typeText } from "#dsl/tensor/shape.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import type { AssembledPrograms } from "#stdlib/programs/options.js";
import { baseShapes, call, feeds, optionsFor, start, type Subject } from "./subjects.js";

const STEPS = 3;

export type Calls = (subject: Subject) => Promise<readonly Call[]>;
interface Where {
  readonly registry: Registry;
  /** Position of the technique among those that are tested. */
  readonly place: number;
}
type Check = (subject: Subject, technique: Call, title: string, where: Where) => Promise<void>;

/** `calls`: the techniques tested on each family; `registry` has their words. */
export function keeps(subject: Subject, calls: Calls, registry: Registry): void {
  const each = (check: Check) => async () => {
    for (const [place, technique] of (await calls(subject)).entries()) {
      const title = `${technique.word}(${JSON.stringify(technique.arguments)})`;
      await check(subject, technique, title, { registry, place });
    }
  };
  after(() => assembled.delete(subject));
  it("each technique: has valid programs, changes only trainable weights and lowers the loss", each(trains));
  it("each second technique: has the same loss and norm with recomputed blocks, and is valid in bf16", each(passed));
  it("each other technique with a frozen base: stores the base the same way in every program", each(stores));
  it("each technique: declares the right number of trainable parameters", each(counts));
  it("each technique: applies dropout to the training loss, never to the evaluation loss", each(drops));
  if (subject.family.shape === "decoder")
    it("each technique: gets the logits of the full text for texts continued from a cache", each(continues));
  if (subject.family.shape === "encoder-decoder")
    it("each technique: gets the logits of the full text when generating token by token", each(continuesPairs));
}

const assembled = new WeakMap<Subject, Map<string, Promise<AssembledPrograms>>>();
/**
 * Returns a technique's programs with the usual options: assembled once for all checks, and discarded with the family.
 */
function usual(subject: Subject, technique: Call): Promise<AssembledPrograms> {
  const known = assembled.get(subject) ?? new Map<string, Promise<AssembledPrograms>>();
  assembled.set(subject, known);
  const key = JSON.stringify(technique);
  const programs = known.get(key) ?? optionsFor(subject, technique, { accumulate: true }).then(assemblePrograms);
  known.set(key, programs);
  return programs;
}

/** Biases that shift all scores of a query equally, so that their gradient is zero except for rounding. */
const UNMOVED = /(key|k_lin|k_proj|c_attn)\.bias$/;

/** A model's inputs, by its family's shape. */
const TEXT = ["attention_mask", "input_ids"];
const READ = { encoder: TEXT, decoder: TEXT, "encoder-decoder": [...TEXT, "decoder_input_ids"] } as const;

async function trains(subject: Subject, technique: Call, title: string): Promise<void> {
  const o = await optionsFor(subject, technique);
  const p = await usual(subject, technique);
  for (const program of [p.train, p.evaluate, p.loss]) validateProgram(program);
  const wanted = subject.task === "text_classification" ? ["labels"] : ["labels", "targets"];
  assert.deepEqual(
    Object.keys(p.train.inputs).sort(),
    [...READ[subject.family.shape], ...wanted, "draws", "rate", "step"].sort(),
    title,
  );
  const { saved, constants = [] } = o.technique.implementation;
  const kept = Object.keys(p.saved);
  if (saved === "trained") assert.deepEqual(kept.sort(), [...p.trainable, ...constants].sort(), title);
  else assert.ok(kept.length >= p.trainable.length && !kept.some((name) => name.startsWith("adam.")), title);
  // States that only inference uses are in no training program.
  const before = start({ ...p.train.state, ...p.loss.state });
  let state = before;
  const asked = Object.fromEntries(Object.entries(feeds(subject, 1)).filter(([name]) => name in p.loss.inputs));
  const loss = (): number => evaluateProgram(p.loss, asked, state).outputs["loss"]!.data[0]!;
  const losses = [loss()];
  for (let step = 1; step <= STEPS; step++) {
    state = { ...state, ...evaluateProgram(p.train, feeds(subject, step), state).state };
    losses.push(loss());
  }
  assert.ok(losses.at(-1)! < losses[0]!, `${title}: ${losses.join(" ")}`);
  for (const [name, s] of Object.entries(p.train.state)) {
    const moved = state[name]!.data.some((v, i) => v !== before[name]!.data[i]);
    if (s.trains && !UNMOVED.test(name)) assert.ok(moved, `${title}: ${name} trains`);
    if (!s.trains && !name.startsWith("adam.")) assert.ok(!moved, `${title}: ${name} is frozen`);
  }
}

/** Runs each technique on half of the families, and each family with half of the techniques. */
const isTurn = (subject: Subject, place: number): boolean => place % 2 === subject.word.name.length % 2;

async function passed(subject: Subject, technique: Call, title: string, { place }: Where): Promise<void> {
  if (!isTurn(subject, place)) return;
  const options = await optionsFor(subject, technique, { accumulate: true });
  const inPrecision = (precision: "f32" | "bf16"): AssembledPrograms =>
    assemblePrograms({ ...options, passes: { precision, recompute: "blocks" } });
  const [plain, again] = [await usual(subject, technique), inPrecision("f32")];
  for (const p of [plain, again, inPrecision("bf16")])
    for (const program of [p.train, p.evaluate, p.accumulate!, p.apply!]) validateProgram(program);
  const state = start(plain.train.state);
  const [one, other] = [plain, again].map((p) => evaluateProgram(p.train, feeds(subject, 1), state).outputs);
  for (const output of ["loss", "norm"])
    assert.ok(Math.abs(one![output]!.data[0]! - other![output]!.data[0]!) < 1e-9, `${title}: ${output}`);
}

const STORED = ["bf16", "int8", "nf4"] as const;
/** Each family and each technique meets every way to store weights, but not every pair of them does. */
function storedAs(subject: Subject, place: number): (typeof STORED)[number] {
  return STORED[(subject.word.name.length + (place >> 1)) % STORED.length]!;
}

async function stores(subject: Subject, technique: Call, title: string, { place }: Where): Promise<void> {
  if (isTurn(subject, place)) return;
  const options = await optionsFor(subject, technique, { accumulate: true });
  if (options.technique.implementation.saved !== "trained") return;
  const plain = await usual(subject, technique);
  const frozen = Object.values(plain.train.state).filter((s) => !s.trains && s.outputs !== undefined);
  const layers = frozen.filter(({ type }) => type.shape.reduce<number>((n, d) => n * Number(d), 1) >= 256).length;
  const weights = storedAs(subject, place);
  const passes = { ...PLAIN_PASS_SETTINGS, storage: { weights } };
  const { train, evaluate: looks, loss, accumulate, apply, saved } = assemblePrograms({ ...options, passes });
  const writing: readonly Program[] =
    subject.family.shape === "encoder" ? [] : Object.values({ ...buildGenerationPrograms({ ...options, passes }) });
  const types = new Map<string, string>();
  for (const program of [train, looks, loss, accumulate!, apply!, ...writing]) {
    validateProgram(program);
    for (const [name, { type }] of Object.entries(program.state)) {
      const text = typeText(type);
      assert.equal(types.get(name) ?? text, text, `${title}, ${weights}: ${name}`);
      types.set(name, text);
    }
  }
  const parts = [...types.keys()].filter((name) => name.endsWith("/codes"));
  if (weights !== "bf16") assert.equal(parts.length > 0, layers > 0, title);
  for (const name of parts) assert.ok(!types.has(name.slice(0, -"/codes".length)), `${title}: ${name} as f32 too`);
  for (const name of Object.keys(saved)) assert.match(types.get(name)!, /^f32/, `${title}: ${name}`);
}

async function counts(subject: Subject, technique: Call, title: string, { registry }: Where): Promise<void> {
  const p = await usual(subject, technique);
  const word = registry.find("technique", technique.word)!;
  const count = word.capabilities!.trainableParameters!;
  const task = registry.find("task", subject.task)!;
  const size = (name: string): number => elements(p, name);
  const hidden = subject.family.hidden(subject.family.config(subject.json));
  const shapes = await baseShapes(subject);
  const base: BaseFacts = {
    ...{ family: subject.word.name, hash: subject.word.name, config: subject.json, shapes, folder: "" },
    ...{ parameters: 0, hasTokenizer: false, positions: 0 },
  };
  const head = task.capabilities!.headParameters(hidden, 3, { family: subject.word.capabilities, base });
  assert.equal(
    count(technique, shapes, subject.word.capabilities!.weightLayout, base) + head,
    p.trainable.reduce((n, name) => n + size(name), 0),
    title,
  );
}
function elements(p: AssembledPrograms, name: string): number {
  return p.train.state[name]!.type.shape.reduce<number>((n, d) => n * (d as number), 1);
}

async function drops(subject: Subject, technique: Call, title: string): Promise<void> {
  const p = await usual(subject, technique);
  const q = assemblePrograms(await optionsFor(subject, technique, { dropout: 0.3 }));
  const state = start({ ...p.train.state, ...p.evaluate.state });
  const loss = (step: number): number =>
    evaluateProgram(q.train, feeds(subject, step), state).outputs["loss"]!.data[0]!;
  assert.notEqual(loss(1), loss(2), title);
  const given = Object.entries(feeds(subject, 1)).filter(([name]) =>
    (READ[subject.family.shape] as readonly string[]).includes(name),
  );
  const logits = (of: AssembledPrograms): Float64Array =>
    evaluateProgram(of.evaluate, Object.fromEntries(given), state).outputs["logits"]!.data;
  assert.deepEqual(logits(q), logits(p), title);
}

export async function frozen(subject: Subject): Promise<void> {
  const parts = [
    { kind: "part", word: "embeddings", arguments: {} },
    { kind: "part", word: "layers", arguments: { range: { from: 0, to: 0 } } },
  ];
  const { train, trainable } = assemblePrograms(
    await optionsFor(subject, call("technique", "full"), { freeze: parts }),
  );
  const still = (name: string): boolean =>
    /^\D*(^|\.)0\./.test(name) || /(embeddings?|embed_\w+|wte|wpe|shared)\./.test(name);
  const all = Object.keys(await baseShapes(subject));
  assert.ok(all.some(still));
  for (const name of all) assert.equal(trainable.includes(name), !still(name), name);
  const unmoved = Object.entries(train.state).filter(([name, s]) => still(name) && s.trains);
  assert.deepEqual(unmoved, []);
}

/**
 * Two texts of unequal length, padded on the left: prefill, then two more tokens, compared with each complete text
 * alone. Virtual tokens precede the padding, so a window reaches fewer of them in a padded row. Families with a window
 * therefore get equal texts.
 */
async function continues(subject: Subject, technique: Call, title: string): Promise<void> {
  const o = await optionsFor(subject, technique);
  const generation = buildGenerationPrograms(o);
  for (const program of Object.values(generation)) validateProgram(program);
  const forward = assembleForwardProgram(o, false);
  let state: Record<string, ArrayValues> = start(forward.state);
  const weights = state;
  const run = (name: keyof typeof generation, fed: Record<string, ArrayValues>): ArrayValues | undefined => {
    const done = evaluateProgram(generation[name], fed, state);
    state = { ...done.state };
    return done.outputs["logits"];
  };
  const windowed = o.technique.implementation.virtual && typeof subject.json["sliding_window"] === "number";
  const texts = windowed ? [[3, 4, 5], [8, 6, 2]] : [[3, 4, 5], [6, 2]]; // prettier-ignore
  const short = 3 - texts[1]!.length;
  run("reserve", { rows: makeArrayValues([2]), room: makeArrayValues([5]) });
  const first = run("prefill", {
    input_ids: makeArrayValues([2, 3], [3, 4, 5, short ? 0 : 8, 6, 2]),
    attention_mask: makeArrayValues([2, 3], [1, 1, 1, 1 - short, 1, 1]),
    positions: makeArrayValues([2, 3], [0, 1, 2, 0, 1 - short, 2 - short]),
    last: makeArrayValues([2], [2, 5]),
  });
  compare(first!);
  for (const [i, tokens] of [
    [7, 8],
    [9, 2],
  ].entries()) {
    const keys = 4 + i;
    texts.forEach((text, row) => text.push(tokens[row]!));
    const mask = [0, 1].flatMap((row) => Array.from({ length: keys }, (_, k) => (row === 1 && k < short ? 0 : 1)));
    const next = run("decode", {
      input_ids: makeArrayValues([2, 1], tokens),
      positions: makeArrayValues([2, 1], [keys - 1, keys - 1 - short]),
      attention_mask: makeArrayValues([2, keys], mask),
      start: makeArrayValues([], [keys - 1]),
    });
    compare(next!);
  }
  run("reorder", { order: makeArrayValues([2], [1, 0]) });

  function compare(logits: ArrayValues): void {
    const n = logits.shape.at(-1)!;
    texts.forEach((text, row) => {
      const ones = makeArrayValues([1, text.length]);
      ones.data.fill(1);
      const fed = { input_ids: makeArrayValues([1, text.length], text), attention_mask: ones };
      const whole = evaluateProgram(forward, fed, weights).outputs["logits"]!.data.slice(-n);
      logits.data
        .slice(row * n, (row + 1) * n)
        .forEach((v, i) => assert.ok(Math.abs(v - whole[i]!) < 1e-9, `${title}: ${v}, alone ${whole[i]}`));
    });
  }
}

/** The encoder reads one text, and a few tokens follow those that begin the decoder's input. */
async function continuesPairs(subject: Subject, technique: Call, title: string): Promise<void> {
  const o = await optionsFor(subject, technique);
  const generation = buildGenerationPrograms(o);
  for (const program of Object.values(generation)) validateProgram(program);
  const forward = assembleForwardProgram(o, false);
  const weights = start(forward.state);
  let state: Record<string, ArrayValues> = weights;
  const read = { input_ids: makeArrayValues([1, 3], [3, 4, 5]), attention_mask: makeArrayValues([1, 3], [1, 1, 1]) };
  const run = (name: keyof typeof generation, fed: Record<string, ArrayValues>): ArrayValues | undefined => {
    const done = evaluateProgram(generation[name], fed, state);
    state = { ...done.state };
    return done.outputs["logits"];
  };
  const compare = (logits: ArrayValues, written: readonly number[]): void => {
    const fed = { ...read, decoder_input_ids: makeArrayValues([1, written.length], written) };
    const whole = evaluateProgram(forward, fed, weights).outputs["logits"]!.data.slice(-logits.data.length);
    logits.data.forEach((v, i) => assert.ok(Math.abs(v - whole[i]!) < 1e-9, `${title}: ${v}, whole ${whole[i]}`));
  };
  run("reserve", { rows: makeArrayValues([1]), room: makeArrayValues([5]) });
  const begun = [0, 7];
  compare(
    run("prefill", { ...read, decoder_input_ids: makeArrayValues([1, 2], begun), last: makeArrayValues([1], [1]) })!,
    begun,
  );
  for (const token of [8, 2]) {
    begun.push(token);
    const fed = {
      attention_mask: read.attention_mask,
      decoder_input_ids: makeArrayValues([1, 1], [token]),
      decoder_attention_mask: makeArrayValues(
        [1, begun.length],
        begun.map(() => 1),
      ),
      start: makeArrayValues([], [begun.length - 1]),
    };
    compare(run("decode", fed)!, begun);
  }
}
