/**
 * Two texts for each row, judged: each pair is asked twice, the order changed, so that a liking for what stands first doesn't
 * count. Where both say the same that is the verdict; where they don't, or one has none, it is a tie, and told.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Call } from "#dsl/language/types/value.js";
import type { JudgeImplementation, Verdict } from "#stdlib/judging/judge.js";
import type { Progress } from "../../host/host-context.js";
import { count, percent, plural } from "../../host/text.js";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as v from "valibot";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { JudgeService, Message } from "#stdlib/judging/judge.js";
import { cachePath } from "../../fetch/cache.js";
import { fields, hintIn } from "../../fetch/json.js";
import { tokenCount } from "./service.js";
import { Judge, type Said } from "./service.js";

export interface Pairs {
  /** What both texts of a row answer; absent: not known. */
  readonly asked?: readonly string[] | undefined;
  /** Held beside each other: the score is that of the second. */
  readonly first: readonly string[];
  readonly second: readonly string[];
}
export interface Judgement {
  /** Of each row: 1 where the second is better, 0 where the first is, 0.5 for a tie. */
  readonly scores: Float64Array;
  readonly notes: readonly string[];
}
export interface JudgingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Of one row, in both orders. */
interface Row {
  readonly straight: Verdict | null;
  readonly turned: Verdict | null;
}

/** Coded errors of judges, `secret-missing`, `secret-malformed`. */
export async function judgedPairs(
  judge: JudgeImplementation,
  call: Call,
  { asked, first, second }: Pairs,
  o: JudgingOptions,
): Promise<Judgement> {
  const pairs = second.map((b, row) => ({ asked: asked?.[row] ?? null, a: must(first[row], "a text beside it"), b }));
  // Of two texts that are the same none is better, and nobody need be asked.
  const differ = pairs.flatMap(({ a, b }, row) => (a.trim() === b.trim() ? [] : [row]));
  const questions = differ.flatMap((row) => {
    const pair = must(pairs[row], "a pair");
    return [pair, { ...pair, a: pair.b, b: pair.a }].map((one) => judge.messages(call, one));
  });
  const service = judge.service(call);
  const answers = await new Asking(service, (answer) => judge.verdict(answer) !== null, o).all(questions);
  const verdicts = answers.map(({ said }) => judge.verdict(said.answer));
  const [mute] = answers;
  if (mute && verdicts.every((verdict) => verdict === null))
    throw new CodedError("judge-mute", {
      model: service.model,
      answers: answers.length,
      first: mute.said.answer.trim().slice(0, 120),
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

/** As it would be if the order hadn't been changed. */
function swapped(verdict: Verdict | null): Verdict | null {
  return verdict === "a" ? "b" : verdict === "b" ? "a" : verdict;
}

interface Answered {
  readonly said: Said;
  readonly kept: boolean;
}

/** Questions to one judge, so many at once; the same question is asked once. */
class Asking {
  private readonly running = new Map<string, Promise<Answered>>();

  constructor(
    private readonly service: ReturnType<JudgeImplementation["service"]>,
    private readonly judges: (answer: string) => boolean,
    private readonly o: JudgingOptions,
  ) {}

  async all(questions: readonly Parameters<Judge["ask"]>[0][]): Promise<readonly Answered[]> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(this.o.signal ? [this.o.signal] : [])]);
    // Made when the first is to be asked: what is kept needs no key.
    let judge: Judge | undefined;
    const answers: Answered[] = [];
    let [next, done] = [0, 0];
    const work = async (): Promise<void> => {
      for (let at = next++; at < questions.length; at = next++) {
        signal.throwIfAborted();
        const messages = must(questions[at], "a question");
        answers[at] = await this.once(messages, () => (judge ??= new Judge(this.service, signal)));
        this.o.onProgress?.({ label: `verdicts of ${this.service.model}`, done: ++done, total: questions.length });
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

  private once(messages: Parameters<Judge["ask"]>[0], judge: () => Judge): Promise<Answered> {
    const key = keyOf(this.service, messages);
    const known = this.running.get(key) ?? this.answered(key, messages, judge);
    this.running.set(key, known);
    return known;
  }

  private async answered(key: string, messages: Parameters<Judge["ask"]>[0], judge: () => Judge): Promise<Answered> {
    const kept = keptAnswer(key);
    // What said nothing may say something once the service is mended.
    if (kept && this.judges(kept.answer)) return { said: kept, kept: true };
    const said = await judge().ask(messages);
    keep(key, said);
    return { said, kept: false };
  }
}

function agreementTold(rows: readonly Row[], of: number): readonly string[] {
  const alike = of - rows.length;
  const both = rows.filter(({ straight, turned }) => straight !== null && turned !== null);
  const agree = both.filter(({ straight, turned }) => straight === turned).length;
  const apart = both.filter(({ straight, turned }) => straight !== turned && straight !== "tie" && turned !== "tie");
  const first = apart.filter(({ straight }) => straight === "a").length;
  const without = rows.length - both.length;
  return [
    ...(both.length > 0
      ? [
          `each pair was asked twice, the order changed: both say the same of ${percent(agree / both.length)} of ${plural(both.length, "pair")}, the others count as ties`,
        ]
      : []),
    ...(apart.length > 0
      ? [
          `of ${plural(apart.length, "pair")} it prefers a place, not a text: ${count(first)} times the first, ${count(apart.length - first)} times the second`,
        ]
      : []),
    ...(alike > 0 ? [`${plural(alike, "pair")} of the same text: ties, not asked`] : []),
    ...(without > 0 ? [`${plural(without, "pair")} without two verdicts: ties`] : []),
  ];
}

function costTold(answers: readonly Answered[], model: string): readonly string[] {
  if (answers.length === 0) return [];
  const fresh = answers.filter(({ kept }) => !kept);
  const counted = fresh.flatMap(({ said: { tokens } }) => tokens ?? []);
  const sum = (of: "read" | "written"): string => count(counted.reduce((total, one) => total + one[of], 0));
  const cost =
    counted.length === 0
      ? fresh.length > 0
        ? ", which counts no tokens"
        : ""
      : `: ${sum("read")} tokens read, ${sum("written")} written`;
  const kept = answers.length - fresh.length;
  return [
    `${plural(fresh.length, "question")} to ${model}${cost}${kept > 0 ? `; ${plural(kept, "answer")} from before` : ""}`,
  ];
}

/**
 * Answers of judges, kept by what was asked of whom: a cell that runs again asks nothing, one that was interrupted the rest
 * alone. The texts that were judged are not in it, but for what the judge says of them: it is for its owner's eyes.
 */
const schema = fields({
  answer: v.string(),
  tokens: v.fallback(v.nullable(fields({ read: tokenCount, written: tokenCount })), null),
});

function keyOf({ url, model, maxTokens }: JudgeService, messages: readonly Message[]): string {
  return hashOf({ url, model, max_tokens: maxTokens, messages: messages.map(({ role, content }) => [role, content]) });
}
const fileOf = (key: string): string => cachePath("judged", key.slice(0, 2), `${key}.json`);

function keptAnswer(key: string): Said | null {
  return hintIn(fileOf(key), schema);
}

function keep(key: string, said: Said): void {
  try {
    mkdirSync(dirname(fileOf(key)), { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(fileOf(key), JSON.stringify(said), { mode: 0o600 });
  } catch {
    // A cache that can't be written costs money the next time; it must not cost this score.
  }
}
