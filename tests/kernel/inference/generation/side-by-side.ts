/** Shared by tests of writers: the reference as a session, models of the fixtures, texts written to their ends. */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { generateTexts } from "#kernel/inference/generate.js";
import type { TokenChooser, SlotRequest, SlotToken, SlotWriter } from "#kernel/inference/generation/contract.js";
import { greedy } from "#stdlib/decoders/greedy.run.js";

/** Runs programs with the float64 reference, over weights named by the states' initial values. */
export class ReferenceSession implements Pick<EngineSession, "run" | "load"> {
  state: Record<string, ArrayValues> = {};
  /** Called after each run. */
  after: (program: string) => void = () => undefined;

  constructor(
    private readonly programs: Readonly<Record<string, Program>>,
    base: Readonly<Record<string, ArrayValues>>,
    private readonly files: Readonly<Record<string, Readonly<Record<string, ArrayValues>>>> = {},
  ) {
    for (const [name, s] of Object.values(programs).flatMap(({ state }) => Object.entries(state)))
      if ("checkpoint" in s.initial) this.state[name] = base[s.initial.checkpoint]!;
      else if ("zeros" in s.initial) this.state[name] = makeArrayValues(s.type.shape as number[]);
  }

  async run(
    name: string,
    feeds: Readonly<Record<string, NDArray>>,
    wanted: readonly string[] = [],
  ): Promise<Record<string, NDArray>> {
    // Yields to other tasks, as during an engine's computation.
    await new Promise(setImmediate);
    const program = this.programs[name]!;
    const given = Object.fromEntries(Object.entries(feeds).map(([key, array]) => [key, fromNDArray(array)]));
    const done = evaluateProgram(program, given, this.state);
    this.state = { ...done.state };
    this.after(name);
    return Object.fromEntries(
      wanted.map((output) => {
        const ref = program.outputs[output]!;
        const { dtype } = program.nodes[ref.node]!.types[ref.output]!;
        return [output, toNDArray(dtype, done.outputs[output]!)];
      }),
    );
  }
  load(file: string, only: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const set = Object.entries(only).filter(([, tensor]) => this.files[file]![tensor]);
    for (const [state, tensor] of set) this.state[state] = this.files[file]![tensor]!;
    return Promise.resolve(set.map(([state]) => state));
  }
}

/** Chooses the most likely token each time, with or without reading the logits; it records the logits it reads. */
export class Greedy implements TokenChooser {
  readonly seen: Float32Array[] = [];
  constructor(readonly reads: "next" | "logits" = "next") {}
  choose(next: number, logits: Float32Array | null): { readonly token: number } {
    assert.equal(logits !== null, this.reads === "logits");
    if (logits) {
      this.seen.push(logits.slice());
      assert.ok(
        logits.every((x) => x <= logits[next]!),
        "the likeliest is the greatest",
      );
    }
    return { token: next };
  }
}
/** Becomes ready for each token only after the given number of event-loop turns. */
export class LateGreedy extends Greedy {
  private left: number;
  private waiting: Promise<void> | null = null;
  constructor(
    reads: "next" | "logits",
    private readonly turns: number,
  ) {
    super(reads);
    this.left = turns;
  }
  ready(): Promise<void> | null {
    return this.left === 0 ? null : (this.waiting ??= this.wait());
  }
  private async wait(): Promise<void> {
    for (; this.left > 0; this.left--) await new Promise(setImmediate);
    this.waiting = null;
  }
  override choose(next: number, logits: Float32Array | null): { readonly token: number } {
    assert.equal(this.left, 0);
    this.left = this.turns;
    return super.choose(next, logits);
  }
}
export function asked(prompt: readonly number[], maxTokens: number, more: Partial<SlotRequest> = {}): SlotRequest {
  return { prompt: Int32Array.from(prompt), maxTokens, ends: new Set(), chooser: new Greedy(), ...more };
}

/** Returns all tokens of a text and the reason it ended. */
export async function toEnd(text: AsyncIterable<SlotToken>): Promise<{ tokens: number[]; ended: SlotToken["ended"] }> {
  const tokens: number[] = [];
  let ended: SlotToken["ended"] = null;
  for await (const said of text) {
    assert.equal(ended, null, "nothing comes after the end");
    tokens.push(said.token);
    ended = said.ended;
  }
  return { tokens, ended };
}
export async function written(writer: SlotWriter, request: SlotRequest): Promise<readonly number[]> {
  return (await toEnd(writer.write(request))).tokens;
}

/** Returns what `generate` writes for one prompt alone, with the greedy decoder. */
export async function alone(
  session: Pick<EngineSession, "run">,
  prompt: readonly number[],
  o: {
    readonly maxTokens: number;
    readonly vocabulary: number;
    readonly positions: number;
    readonly ends?: readonly number[];
  },
): Promise<readonly number[]> {
  const decoder = { call: { kind: "decoder", word: "greedy", arguments: {} }, implementation: greedy };
  let tokens: readonly number[] = [];
  const ends = new Set(o.ends ?? []);
  for await (const grown of generateTexts(session, [Int32Array.from(prompt)], { ...o, decoder, ends, padId: 0 }))
    for (const { text } of grown) tokens = [...text.tokens];
  return tokens;
}
