/** A baseline that prompts a base model: builds the prompt of each row with its examples, and parses the answers. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { BaselineContext, BaselineImplementation, BaselineRows, BaselineOutputs } from "./kind.js";
import { parseGivenAnswers } from "../data/answers.js";
import { answerKindOf, type AnswerKind } from "./shared/prompting/answer-kinds.js";
import type { RowPrompt, TokenizedPrompts, FewShotExample } from "./shared/prompting/prompted-base.js";
import { chooseShots } from "./shared/prompting/shots.js";
import { parsePromptTemplate, type PromptTemplate } from "./shared/prompting/template.js";
import { parseAnswers } from "./shared/prompting/read-answers.js";
import { word } from "./prompt.js";

/** Default maximum number of tokens of an answer for tasks without text generation. */
const SHORT = 32;
const GREEDY: Call = { word: "greedy", kind: "decoder", arguments: { repetition_penalty: 1 } };

export const promptBaseline: BaselineImplementation = {
  async ready(given) {
    const { base: name, text, shots: count, seed, answers, max_tokens } = argumentsWithDefaults(word, given.call);
    const kind = mustExist(answerKindOf(given.has), "the answer found with a prompt");
    const template = parsePromptTemplate(text);
    const examples = examplesOf(given.train, template, kind, { count, seed });
    const rows = rowsAsked(given.rows, template, examples);
    const likely = answers === "likelihood";
    const most = max_tokens ?? (kind.is === "text" ? (given.writing?.max_tokens ?? SHORT) : SHORT);
    const base = await given.host.prompted(name, { writes: !likely });
    const read = await base.read(rows, likely ? { likelihood: given.labels } : { writes: most }, {
      batchSize: given.batchSize,
      signal: given.signal,
      onProgress: (label, done, total) => given.onProgress?.(label, done, total),
    });
    if (read.cut > 0) given.warn("prompt-cut", { contender: word.name, rows: read.cut, of: rows.length, base: name });
    await read.open();
    return {
      ask: (rowNumbers) => (likely ? byLikelihood(given, read, rowNumbers) : byText(given, read, rowNumbers, kind)),
      bytes: base.bytes,
      notes: [noteOf(name, { count: examples.shots.length, requestedCount: count, chats: base.chats, likely })],
    };
  },
};

async function byLikelihood(
  { labels }: BaselineContext,
  read: TokenizedPrompts,
  rowNumbers: Uint32Array,
): Promise<BaselineOutputs> {
  return read.likelihoods(rowNumbers, labels);
}

async function byText(
  { labels, writing, train }: BaselineContext,
  read: TokenizedPrompts,
  rowNumbers: Uint32Array,
  kind: AnswerKind,
): Promise<BaselineOutputs> {
  const { written, tokens } = await read.write(rowNumbers, kind.is === "text" ? (writing?.decode ?? GREEDY) : GREEDY);
  return { ...parseAnswers(written, kind, { labels, train }), tokens };
}

function noteOf(
  base: string,
  {
    count,
    requestedCount,
    chats,
    likely,
  }: { readonly count: number; readonly requestedCount: number; readonly chats: boolean; readonly likely: boolean },
): string {
  const shots =
    count === 0
      ? "without examples"
      : `${count} ${count === 1 ? "example" : "examples"} of the split \`train\`${count < requestedCount ? `, which has no more than these of the ${String(requestedCount)} requested` : ""}`;
  return `${base} ${chats ? "by its chat template" : "without a chat template"}, ${shots}, ${likely ? "the likeliest label" : "generated text"}`;
}

/** Few-shot examples in order, and spare examples for rows that are examples themselves. */
interface Examples {
  readonly shots: readonly FewShotExample[];
  readonly spares: readonly FewShotExample[];
}

function examplesOf(
  train: BaselineRows | null,
  template: PromptTemplate,
  kind: AnswerKind,
  { count, seed }: { readonly count: number; readonly seed: number },
): Examples {
  if (!train || count === 0) return { shots: [], spares: [] };
  const right = train.values(kind.role);
  const answers = Array.from({ length: train.count }, (_, row) => answerText(right?.at(row), kind));
  const kinds = answers.map((answer) => (kind.is === "label" || kind.is === "labels" ? answer : ""));
  const chosen = chooseShots(kinds, count, seed);
  const more = chooseShots(kinds, 2 * count, seed).filter((row) => !chosen.includes(row));
  const shot = (row: number): FewShotExample => ({
    question: template.fill(valuesAt(train, template, row)),
    answer: answers[row]!,
  });
  return { shots: chosen.map(shot), spares: more.map(shot) };
}

function answerText(value: unknown, { is }: AnswerKind): string {
  if (is === "labels") return (value as readonly string[] | null)?.join(", ") || "none";
  if (is !== "answer") return String(value);
  const answers = parseGivenAnswers(value);
  return ("refused" in answers ? undefined : answers[0]?.text) ?? "no answer";
}

function valuesAt(rows: BaselineRows, { holes }: PromptTemplate, row: number): readonly string[] {
  return holes.map(({ role }) => String(mustExist(rows.values(role), `the role ${role}`).at(row) ?? ""));
}

function rowsAsked(rows: BaselineRows, template: PromptTemplate, { shots, spares }: Examples): readonly RowPrompt[] {
  const { fill } = template;
  return Array.from({ length: rows.count }, (_, row): RowPrompt => {
    const values = valuesAt(rows, template, row);
    const prompt = fill(values);
    return {
      fill,
      values,
      shots: shots.some((shot) => shot.question === prompt) ? without(prompt, shots, spares) : shots,
    };
  });
}

/** Replaces examples whose question equals the prompt by spare ones. */
function without(
  prompt: string,
  shots: readonly FewShotExample[],
  spares: readonly FewShotExample[],
): readonly FewShotExample[] {
  const left = spares.filter((spare) => spare.question !== prompt);
  return shots.flatMap((shot) => {
    if (shot.question !== prompt) return [shot];
    const like = left.findIndex(({ answer }) => answer === shot.answer);
    return left.splice(Math.max(0, like), 1);
  });
}
