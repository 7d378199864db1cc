/**
 * What a client's process says to what it is sent. It runs its own program and nothing else: terms are held against that, orders
 * come once, in order, from the run that it agreed with, and have the size that its own plan says. All that goes wrong leaves as
 * a code.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { termDifferences, type FederationTerms } from "#dsl/compiler/plan/terms.js";
import type { ClientIntroduction, RoundAnswer, RoundInstruction, ClientEvaluation, Terms } from "../contract.js";
import {
  areAllFinite,
  decodeLeaderRequest,
  encodeRoundAnswer,
  encodeFailure,
  encodeIntroduction,
  encodeMessage,
  encodeScores,
  PROGRAM_PATH_PATTERN,
  type ClientRequestKind,
  type EvaluationInstruction,
  type ClientRequest,
} from "./messages.js";
import { MAX_HEAD_BYTES } from "./packed.js";
import { introductionToSign } from "./delivery-check.js";
import type { MessageHandler } from "./supernode.js";

/** What trains here. */
export interface JoiningClient extends ClientIntroduction {
  /** Numbers that travel. */
  readonly values: number;
  /** Names of what comes beside the weights, each as long as they are. */
  readonly sent: readonly string[];
  /** Goes on from how it was after that round; 0: it begins. */
  begin(done: number): void;
  train(order: RoundInstruction, signal: AbortSignal): Promise<RoundAnswer>;
  evaluate(order: EvaluationInstruction, signal: AbortSignal): Promise<ClientEvaluation>;
  mask(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** By the key of its node. */
  sign(bytes: Uint8Array): Uint8Array;
}
/** What its own program says. */
export interface PinnedTerms {
  readonly plan: FederationTerms;
  readonly rounds: number;
  readonly clients: number;
  /** Rounds of its whole life. */
  readonly life: number;
  /** Updates are summed secretly. */
  readonly summed: boolean;
}
/** Told of what goes on. */
export interface ClientAppListeners {
  readonly onAgreed?: (terms: Terms) => void;
  /** What went wrong; without a code it is a defect. */
  readonly onRefused?: (error: unknown) => void;
  readonly onTrained?: (order: Pick<RoundInstruction, "round" | "rounds">, answer: RoundAnswer) => void;
  readonly onEvaluated?: (order: Pick<RoundInstruction, "round" | "rounds">, scores: ClientEvaluation) => void;
  readonly onBye?: () => void;
  /** Whoever leads stopped before its end, and may go on. */
  readonly onPaused?: (done: number, rounds: number) => void;
}

/** Of messages of secret sums, which have an entry for each client. */
const MASKING = 2 ** 21;

interface Run {
  readonly id: bigint;
  readonly terms: Terms;
  trained: number;
  looked: number;
}

export class ClientApp {
  /** The run that it agreed with, its terms, and the last round that it trained and looked at. */
  private run: Run | null = null;
  /** All that were given something, for life: none of them goes back. */
  private readonly runs = new Map<bigint, Run>();
  /** Over its whole life: the greatest round, rounds that went further, and those that were asked for again. */
  private reached = 0;
  private first = 0;
  private again = 0;
  /** Scores that it gave. */
  private looks = 0;

  constructor(
    private readonly joining: JoiningClient,
    private readonly pins: PinnedTerms,
    private readonly hears: ClientAppListeners = {},
  ) {}

  /** Bytes of a message at most. */
  get most(): number {
    const { values, sent } = this.joining;
    const order = this.run ? 4 * values + 8 * values * sent.length : 0;
    return MAX_HEAD_BYTES + 8 + Math.max(order, this.run && this.pins.summed ? MASKING : 0);
  }

  /** Whether it gave all the rounds of its life. */
  get spent(): boolean {
    return this.first >= this.pins.life;
  }

  /** The run that it agreed with; null: none. */
  get under(): bigint | null {
    return this.run?.id ?? null;
  }
  /** That run has ended, and nobody said so. */
  over(): void {
    this.run = null;
    this.hears.onBye?.();
  }

  readonly answer: MessageHandler = async (payload, runId, signal) => {
    try {
      return await this.answerRequest(decodeLeaderRequest(payload), runId, signal);
    } catch (error) {
      if (signal.aborted && !(error instanceof CodedError)) throw error;
      this.hears.onRefused?.(error);
      return error instanceof CodedError ? encodeFailure(error.code, pathOf(error)) : encodeFailure("internal");
    }
  };

  private async answerRequest(question: ClientRequest, runId: bigint, signal: AbortSignal): Promise<Uint8Array> {
    if (question.kind === "hello") return this.hello(question.terms, runId);
    const run = this.runFor(runId, question.kind);
    switch (question.kind) {
      case "train": {
        const { order } = question;
        this.fits(order);
        this.forward(order, run.trained, "train", 1);
        this.counts(order.round);
        this.runs.set(runId, run);
        run.trained = order.round;
        const answer = await this.joining.train(order, signal);
        this.hears.onTrained?.(order, answer);
        return encodeRoundAnswer(answer);
      }
      case "evaluate": {
        const { order } = question;
        this.fits({ ...order, sent: null });
        this.forward(order, run.looked, "evaluate", 0);
        this.looksOnce();
        this.runs.set(runId, run);
        run.looked = order.round;
        const scores = await this.joining.evaluate(order, signal);
        this.hears.onEvaluated?.(order, scores);
        return encodeScores(scores);
      }
      case "mask":
        return encodeMessage(await this.joining.mask(question.message));
      case "bye":
        if (question.done === undefined) this.over();
        else {
          this.run = null;
          this.hears.onPaused?.(question.done, run.terms.rounds);
        }
        return encodeMessage(new Uint8Array(0));
    }
  }

  /** The run that asked last is the one: who leads may have been interrupted. */
  private hello(terms: Terms, id: bigint): Uint8Array {
    const { pins, joining } = this;
    const [first] = termDifferences(pins.plan, terms.plan);
    if (first) throw new CodedError("join-differs", { ...first, path: first.path || "plan" });
    if (terms.rounds > pins.rounds) throw new CodedError("join-rounds", { asked: terms.rounds, most: pins.rounds });
    if (terms.clients < pins.clients)
      throw new CodedError("join-clients", { asked: terms.clients, least: pins.clients });
    if (terms.done > terms.rounds) throw unfit("more rounds are behind it than it has");
    const before = this.runs.get(id);
    const { done } = terms;
    if (before && before.trained > done)
      throw new CodedError("order-again", { kind: "hello", round: done, after: before.trained });
    this.affords(terms);
    joining.begin(terms.done);
    // What it looks at may be how it stands after the last round that is done.
    this.run = { id, terms, trained: done, looked: Math.max(done - 1, before?.looked ?? -1) };
    this.hears.onAgreed?.(terms);
    return encodeIntroduction(joining, joining.sign(introductionToSign(id, joining)));
  }

  private affords({ rounds, done }: Terms): void {
    const { life } = this.pins;
    const further = rounds - Math.max(done, done === 0 ? 0 : this.reached);
    const repeated = done === 0 ? 0 : Math.max(0, Math.min(rounds, this.reached) - done);
    if (this.first + further > life)
      throw new CodedError("join-spent", { done: this.first, asked: further, most: life });
    if (this.again + repeated > life)
      throw new CodedError("join-spent", { done: this.again, asked: repeated, most: life });
  }

  /** One for each round of its life and each that is asked for again, and one before the first of each. */
  private looksOnce(): void {
    const most = 2 * (this.pins.life + 1);
    if (this.looks >= most) throw new CodedError("looks-spent", { most });
    this.looks += 1;
  }

  private counts(round: number): void {
    const begun = this.run?.terms.done ?? 0;
    if (begun > 0 && round <= this.reached) this.again += 1;
    else this.first += 1;
    this.reached = begun > 0 ? Math.max(this.reached, round) : round;
  }

  private runFor(runId: bigint, kind: ClientRequestKind): NonNullable<ClientApp["run"]> {
    if (this.run?.id !== runId) throw new CodedError("order-early", { kind });
    return this.run;
  }

  /** `least`: the first round that there is. */
  private forward(
    { round, rounds }: EvaluationInstruction,
    after: number,
    kind: ClientRequestKind,
    least: number,
  ): void {
    const agreedRounds = this.run?.terms.rounds ?? 0;
    if (rounds !== agreedRounds)
      throw unfit(`it is of ${String(rounds)} rounds, and ${String(agreedRounds)} were agreed on`);
    if (round < least || round > agreedRounds) throw unfit(`there is no round ${String(round)}`);
    if (round <= after) throw new CodedError("order-again", { kind, round, after });
  }

  /** Checked before anything else is done with it. */
  private fits({ weights, sent }: EvaluationInstruction & { readonly sent: RoundInstruction["sent"] | null }): void {
    const { values, sent: names } = this.joining;
    if (weights.length !== values)
      throw unfit(`it has ${String(weights.length)} weights, and ${String(values)} are trained here`);
    if (!areAllFinite(weights)) throw unfit("a weight is no number");
    if (!sent) return;
    if (Object.keys(sent).length !== names.length || names.some((name) => sent[name]?.length !== values))
      throw unfit("what comes beside the weights is something else");
    if (!Object.values(sent).every(areAllFinite)) throw unfit("what comes beside the weights is no number");
  }
}

const unfit = (why: string): CodedError<"order-unfit"> => new CodedError("order-unfit", { why });

/** Where a program differs, and nothing of how. */
function pathOf(error: CodedError): string | undefined {
  if (error.code === "join-differs") {
    const { path } = (error as CodedError<"join-differs">).data;
    return PROGRAM_PATH_PATTERN.test(path) ? path : "plan";
  }
  if (error.code === "join-rounds") return "rounds";
  return error.code === "join-clients" ? "clients" : undefined;
}
