/** What a model says of golden inputs, here or in another runtime: words, and the numbers that they follow from. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { Outcome } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import { registry } from "#stdlib/registry.js";
import { does } from "../host/load-implementation.js";
import { floats } from "../engines/feeds.js";
import { answersOf, type Asking } from "../inference/input-texts.js";
import { writeTexts } from "../inference/write.js";
import { bytesOf } from "../tensors/numbers.js";
import { likeliestOf } from "./arrays.js";
import type { Golden } from "./golden.js";
import type { GraphSession } from "./graph-session.js";

export interface Answers {
  /** What it says of each input. */
  readonly says: readonly string[];
  /** Logits of each row that was fed, or vectors; of what is written those of the first token. Absent: the runtime gives none. */
  readonly numbers?: readonly Float32Array[];
  /** What it says are numbers: two are the same where they are near. */
  readonly numeric?: true;
  /** Of what is written; `told`: the likeliest token at each place after what the notebook wrote before it. */
  readonly told?: true;
  readonly tokens?: readonly (readonly number[])[];
  /** How far each of them lies before the next likely one, and the token that ends a text. Absent: the runtime doesn't tell. */
  readonly leads?: readonly Float32Array[];
}

const NUMBERS: ReadonlySet<string> = new Set<Outcome>(["number", "similarity"]);

export interface AskedBy {
  readonly signal?: AbortSignal | undefined;
  /** What the notebook said: each token is asked for after the notebook's own, so that all places tell, and not the first that parts. */
  readonly expected?: Answers;
}

export async function asked(model: Asking, golden: Golden, name: string, by: AskedBy): Promise<Answers> {
  if (golden.is === "prompts") return written(model, golden, by);
  const { task } = model.plan.recipe.model;
  const answers = must((await does(task, "task")).answers, `what ${task.word} answers`);
  const { predictions, numbers } = await answersOf(golden.inputs, model, name);
  const pairs = answers.ofPairs && golden.inputs.every((text) => typeof text !== "string") ? answers.ofPairs : answers;
  const { answer } = answers;
  // What has no answer in words is a gap to be filled: the likeliest token tells.
  const says = predictions.map((one, i) =>
    answer && pairs === answers
      ? answer(one)
      : pairs === answers
        ? String(likeliest(numbers[i] ?? new Float32Array()))
        : pairs.cells(one).join(" "),
  );
  const numeric = registry.find("task", task.word)?.capabilities?.measures.some((of) => NUMBERS.has(of)) === true;
  return { says, numbers, ...(numeric && { numeric }) };
}

async function written(
  model: Asking,
  { inputs: prompts, most }: Extract<Golden, { is: "prompts" }>,
  { signal, expected }: AskedBy,
): Promise<Answers> {
  const greedy: Call = { word: "greedy", kind: "decoder", arguments: {} };
  const session = "expect" in model.session ? (model.session as GraphSession) : telling(model.session);
  const kept: Kept = { first: [], leads: prompts.map(() => []), said: prompts.map(() => []), ends: new Set() };
  const implementation = recorded(await does(greedy, "decoder"), kept, session, expected?.tokens);
  const says = prompts.map(() => "");
  const tokens = prompts.map((): number[] => []);
  const writer = { ...model, session, model: model.plan.recipe.model };
  const o = { decoder: { call: greedy, implementation }, max_tokens: most, stop: [], batch_size: 4 };
  for await (const piece of writeTexts(writer, prompts, o, signal)) {
    says[piece.row] += piece.text;
    // The token that ends a text is no part of what others say.
    tokens[piece.row]!.push(
      ...(piece.ended === "end" ? piece.tokens.filter((id) => !kept.ends.has(id)) : piece.tokens),
    );
  }
  const numbers = { numbers: kept.first, leads: kept.leads.map((row) => Float32Array.from(row)) };
  if (!expected?.tokens) return { says, tokens, ...numbers };
  const wrote = expected.tokens;
  return {
    says,
    tokens: kept.said.map((said, row) => withoutEnd(said, wrote[row]!.length, kept.ends)),
    told: true,
    ...numbers,
  };
}

/** After all that the notebook wrote, the token that ends a text is what should come. */
function withoutEnd(said: readonly number[], wrote: number, ends: ReadonlySet<number>): readonly number[] {
  return said.length > wrote && ends.has(said[wrote]!) ? said.slice(0, wrote) : said;
}

/** A session of an engine that tells the likeliest token and its lead too: both are found here. */
function telling(session: Asking["session"]): GraphSession {
  return {
    expect: () => undefined,
    async run(program, feeds, wanted) {
      if (!wanted?.includes("likeliest")) return session.run(program, feeds, wanted);
      const { logits } = await session.run(program, feeds, ["logits"]);
      return { likeliest: likeliestOf(must(logits, "logits of a program")) };
    },
  };
}

interface Kept {
  /** Logits of each prompt's first token. */
  readonly first: Float32Array[];
  readonly leads: number[][];
  /** The likeliest tokens. */
  readonly said: number[][];
  readonly ends: Set<number>;
}

/** The likeliest token each time: the first of each text from all logits, which are kept, the others with their leads alone. */
function recorded(
  greedy: DecoderImplementation,
  kept: Kept,
  session: GraphSession,
  expected: Answers["tokens"],
): DecoderImplementation {
  return {
    begin(call, start) {
      const inner = greedy.begin(call, start);
      const { vocabulary, prompts } = start;
      const numbers = prompts.map((_, row) => start.numbers?.[row] ?? row);
      for (const end of start.ends) kept.ends.add(end);
      if (expected) session.expect(numbers.map((number) => expected[number] ?? []));
      let step = 0;
      return {
        get reads() {
          return step === 0 ? ("logits" as const) : ("likeliest" as const);
        },
        width: inner.width,
        get done() {
          return inner.done;
        },
        get texts() {
          return inner.texts;
        },
        stop: (prompt, keep) => inner.stop(prompt, keep),
        step(said) {
          const scores = said as Float32Array;
          if (step === 0)
            numbers.forEach((number, row) => {
              kept.first[number] = scores.slice(row * vocabulary, (row + 1) * vocabulary);
            });
          const told = step === 0 ? leadsOf(scores, vocabulary) : scores;
          inner.texts.forEach(({ ended }, row) => {
            if (ended !== null) return;
            kept.leads[numbers[row]!]!.push(told[2 * row + 1]!);
            kept.said[numbers[row]!]!.push(told[2 * row]!);
          });
          const next = inner.step(
            Int32Array.from(numbers, (number, row) => expected?.[number]?.[step] ?? told[2 * row]!),
          );
          if (expected)
            inner.texts.forEach(({ ended }, row) => {
              if (ended === null && step >= (expected[numbers[row]!]?.length ?? 0)) inner.stop(row, step + 1);
            });
          step++;
          return next;
        },
      };
    },
  };
}

function leadsOf(scores: Float32Array, width: number): Float32Array {
  return floats(likeliestOf({ dtype: "f32", shape: [scores.length / width, width], bytes: bytesOf(scores) }));
}

function likeliest(scores: Float32Array): number {
  return leadsOf(scores, scores.length)[0]!;
}
