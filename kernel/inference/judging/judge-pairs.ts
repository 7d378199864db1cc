/**
 * Judges two texts per row. Each pair is sent twice with swapped order, to cancel position bias. Equal verdicts count;
 * if they differ or one is missing, the row is a tie and is reported.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { JudgeImplementation, Verdict } from "#stdlib/judging/judge.js";
import type { ProgressUpdate } from "../../host/host-context.js";
import { groupedNumber, formatPercent, plural } from "../../host/value-text.js";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as v from "valibot";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { JudgeService, JudgeMessage } from "#stdlib/judging/judge.js";
import { cachePath } from "../../fetch/cache.js";
import { objectWith, readJsonCacheFile } from "../../fetch/json.js";
import { tokenCountSchema } from "./service.js";
import { JudgeClient, type JudgeReply } from "./service.js";

export interface TextPairsToJudge {
  /** Prompt that both texts of a row answer, if known. */
  readonly prompts?: readonly string[] | undefined;
  /** Texts to compare; the score is that of the second. */
  readonly first: readonly string[];
  readonly second: readonly string[];
}
export interface PairJudgements {
  /** Per row: 1 if the second is better, 0 if the first is, 0.5 for a tie. */
  readonly scores: Float64Array;
  readonly notes: readonly string[];
}
export interface JudgingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProgressUpdate) => void) | undefined;
}

/** Verdicts on one row in both orders. */
interface Row {
  readonly straight: Verdict | null;
  readonly turned: Verdict | null;
}

/** Throws the coded errors of judges, `secret-missing` and `secret-malformed`. */
export async function judgePairs(
  judge: JudgeImplementation,
  call: Call,
  { prompts, first, second }: TextPairsToJudge,
  options: JudgingOptions,
): Promise<PairJudgements> {
  const pairs = second.map((b, row) => ({
    question: prompts?.[row] ?? null,
    a: mustExist(first[row], "the other text"),
    b,
  }));
  // Identical texts are a tie and need no request.
  const differ = pairs.flatMap(({ a, b }, row) => (a.trim() === b.trim() ? [] : [row]));
  const questions = differ.flatMap((row) => {
    const pair = mustExist(pairs[row], "a pair");
    return [pair, { ...pair, a: pair.b, b: pair.a }].map((one) => judge.messages(call, one));
  });
  const service = judge.service(call);
  const answers = await new Asking(service, (answer) => judge.verdict(answer) !== null, options).all(questions);
  const verdicts = answers.map(({ reply }) => judge.verdict(reply.answer));
  const [mute] = answers;
  if (mute && verdicts.every((verdict) => verdict === null))
    throw new CodedError("judge-mute", {
      model: service.model,
      answers: answers.length,
      first: mute.reply.answer.trim().slice(0, 120),
    });
  const rows = differ.map((_, i): Row => ({
    straight: verdicts[2 * i] ?? null,
    turned: swapped(verdicts[2 * i + 1] ?? null),
  }));
  const scores = new Float64Array(pairs.length).fill(0.5);
  rows.forEach(({ straight, turned }, i) => {
    if (straight === turned && straight !== null && straight !== "tie") scores[differ[i]!] = straight === "b" ? 1 : 0;
  });
  return { scores, notes: [...agreementTold(rows, pairs.length), ...costTold(answers, service.model)] };
}

/** Maps the verdict back to the original order. */
function swapped(verdict: Verdict | null): Verdict | null {
  return verdict === "a" ? "b" : verdict === "b" ? "a" : verdict;
}

interface Answered {
  readonly reply: JudgeReply;
  readonly cached: boolean;
}

/** Sends questions to one judge with limited concurrency; identical questions are sent once. */
class Asking {
  private readonly running = new Map<string, Promise<Answered>>();

  constructor(
    private readonly service: ReturnType<JudgeImplementation["service"]>,
    private readonly judges: (answer: string) => boolean,
    private readonly options: JudgingOptions,
  ) {}

  async all(questions: readonly Parameters<JudgeClient["ask"]>[0][]): Promise<readonly Answered[]> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(this.options.signal ? [this.options.signal] : [])]);
    // Created for the first real request: cached answers need no key.
    let judge: JudgeClient | undefined;
    const answers: Answered[] = [];
    let [next, done] = [0, 0];
    const work = async (): Promise<void> => {
      for (let index = next++; index < questions.length; index = next++) {
        signal.throwIfAborted();
        const messages = mustExist(questions[index], "a question");
        answers[index] = await this.once(messages, () => (judge ??= new JudgeClient(this.service, signal)));
        this.options.onProgress?.({
          label: `verdicts of ${this.service.model}`,
          done: ++done,
          total: questions.length,
        });
      }
    };
    const workers = Array.from({ length: Math.min(this.service.atOnce, questions.length) }, work);
    try {
      await Promise.all(workers);
    } catch (error) {
      stop.abort(error);
      await Promise.allSettled(workers);
      throw error;
    }
    return answers;
  }

  private once(messages: Parameters<JudgeClient["ask"]>[0], judge: () => JudgeClient): Promise<Answered> {
    const key = keyOf(this.service, messages);
    const known = this.running.get(key) ?? this.answered(key, messages, judge);
    this.running.set(key, known);
    return known;
  }

  private async answered(
    key: string,
    messages: Parameters<JudgeClient["ask"]>[0],
    judge: () => JudgeClient,
  ): Promise<Answered> {
    const cachedReply = keptAnswer(key);
    // Cached answers without a verdict are requested again: the service may work now.
    if (cachedReply && this.judges(cachedReply.answer)) return { reply: cachedReply, cached: true };
    const reply = await judge().ask(messages);
    keep(key, reply);
    return { reply, cached: false };
  }
}

function agreementTold(rows: readonly Row[], total: number): readonly string[] {
  const alike = total - rows.length;
  const both = rows.filter(({ straight, turned }) => straight !== null && turned !== null);
  const agree = both.filter(({ straight, turned }) => straight === turned).length;
  const apart = both.filter(({ straight, turned }) => straight !== turned && straight !== "tie" && turned !== "tie");
  const first = apart.filter(({ straight }) => straight === "a").length;
  const without = rows.length - both.length;
  return [
    ...(both.length > 0
      ? [
          `each pair was judged twice, in both orders: the verdicts agree for ${formatPercent(agree / both.length)} of ${plural(both.length, "pair")}, the others count as ties`,
        ]
      : []),
    ...(apart.length > 0
      ? [
          `of ${plural(apart.length, "pair")} it prefers a place, not a text: ${groupedNumber(first)} times the first, ${groupedNumber(apart.length - first)} times the second`,
        ]
      : []),
    ...(alike > 0 ? [`${plural(alike, "pair")} of equal texts: ties, not judged`] : []),
    ...(without > 0 ? [`${plural(without, "pair")} without two verdicts: ties`] : []),
  ];
}

function costTold(answers: readonly Answered[], model: string): readonly string[] {
  if (answers.length === 0) return [];
  const fresh = answers.filter(({ cached }) => !cached);
  const counted = fresh.flatMap(({ reply: { tokens } }) => tokens ?? []);
  const sum = (direction: "read" | "written"): string =>
    groupedNumber(counted.reduce((total, one) => total + one[direction], 0));
  const cost =
    counted.length === 0
      ? fresh.length > 0
        ? ", which counts no tokens"
        : ""
      : `: ${sum("read")} tokens read, ${sum("written")} written`;
  const cachedCount = answers.length - fresh.length;
  return [
    `${plural(fresh.length, "question")} to ${model}${cost}${cachedCount > 0 ? `; ${plural(cachedCount, "answer")} from before` : ""}`,
  ];
}

/**
 * Cache of judges' answers, keyed by the request and the service. A cell that runs again sends nothing, and an
 * interrupted one only the rest. The judged texts are stored only as far as the judge quotes them, so the cache is
 * private to its owner.
 */
const schema = objectWith({
  answer: v.string(),
  tokens: v.fallback(v.nullable(objectWith({ read: tokenCountSchema, written: tokenCountSchema })), null),
});

function keyOf({ url, model, maxTokens }: JudgeService, messages: readonly JudgeMessage[]): string {
  return hashOf({ url, model, max_tokens: maxTokens, messages: messages.map(({ role, content }) => [role, content]) });
}
const fileOf = (key: string): string => cachePath("judged", key.slice(0, 2), `${key}.json`);

function keptAnswer(key: string): JudgeReply | null {
  return readJsonCacheFile(fileOf(key), schema);
}

function keep(key: string, reply: JudgeReply): void {
  try {
    mkdirSync(dirname(fileOf(key)), { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(fileOf(key), JSON.stringify(reply), { mode: 0o600 });
  } catch {
    // A failed cache write only costs money the next time; it must not fail this score.
  }
}
