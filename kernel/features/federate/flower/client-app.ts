/**
 * A client process's handling of requests. It runs only its own program: terms are compared with that, and instructions
 * must come once, in order, from the run that it agreed with, with the sizes of its own plan. Errors are sent as a code
 * only.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { federationTermDifferences, type FederationTerms } from "#dsl/compiler/plan/terms.js";
import type {
  ClientIntroduction,
  RoundAnswer,
  RoundInstruction,
  ClientEvaluation,
  OfferedFederationTerms,
} from "../contract.js";
import {
  areAllFinite,
  decodeLeaderRequest,
  encodeRoundAnswer,
  encodeFailure,
  encodeIntroduction,
  encodeMaskingReply,
  encodeScores,
  PROGRAM_PATH_PATTERN,
  type ClientRequestKind,
  type EvaluationInstruction,
  type ClientRequest,
} from "./messages.js";
import { MAX_HEAD_BYTES } from "./packed.js";
import { introductionToSign } from "./delivery-check.js";
import type { MessageHandler } from "./supernode.js";

/** The local training of a joining client. */
export interface JoiningClient extends ClientIntroduction {
  /** Number of transmitted values. */
  readonly values: number;
  /** Names of the vectors sent with the weights, each of the same length as these. */
  readonly sent: readonly string[];
  /** Resumes from the state after that round; 0 starts anew. */
  begin(done: number): void;
  train(order: RoundInstruction, signal: AbortSignal): Promise<RoundAnswer>;
  evaluate(order: EvaluationInstruction, signal: AbortSignal): Promise<ClientEvaluation>;
  mask(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Signs with the key of its node. */
  sign(bytes: Uint8Array): Uint8Array;
}
export interface OwnFederationTerms {
  readonly plan: FederationTerms;
  readonly rounds: number;
  readonly clients: number;
  /** Maximum rounds over the client's lifetime. */
  readonly life: number;
  readonly summed: boolean;
}
export interface ClientAppListeners {
  readonly onAgreed?: (terms: OfferedFederationTerms) => void;
  readonly onRefused?: (error: unknown) => void;
  readonly onTrained?: (order: Pick<RoundInstruction, "round" | "rounds">, answer: RoundAnswer) => void;
  readonly onEvaluated?: (order: Pick<RoundInstruction, "round" | "rounds">, scores: ClientEvaluation) => void;
  readonly onBye?: () => void;
  /** The coordinator stopped before the end and may resume. */
  readonly onPaused?: (done: number, rounds: number) => void;
}

/** Maximum bytes of secure-sum messages, which have an entry per client. */
const MASKING = 2 ** 21;

interface Run {
  readonly id: bigint;
  readonly terms: OfferedFederationTerms;
  trained: number;
  looked: number;
}

export class ClientApp {
  /** The agreed run, its terms, and the last rounds that it trained and evaluated. */
  private run: Run | null = null;
  /** All runs that received an update, for the client's lifetime: their rounds never decrease. */
  private readonly runs = new Map<bigint, Run>();
  /** Over the lifetime: the highest round, the number of new rounds, and the number of repeated rounds. */
  private reached = 0;
  private first = 0;
  private again = 0;
  private looks = 0;

  constructor(
    private readonly joining: JoiningClient,
    private readonly pins: OwnFederationTerms,
    private readonly hears: ClientAppListeners = {},
  ) {}

  get most(): number {
    const { values, sent } = this.joining;
    const order = this.run ? 4 * values + 8 * values * sent.length : 0;
    return MAX_HEAD_BYTES + 8 + Math.max(order, this.run && this.pins.summed ? MASKING : 0);
  }

  /** Whether all rounds of its lifetime are used. */
  get spent(): boolean {
    return this.first >= this.pins.life;
  }

  /** The agreed run; null if none. */
  get under(): bigint | null {
    return this.run?.id ?? null;
  }
  /** Ends a run that finished without a `bye`. */
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
        return encodeMaskingReply(await this.joining.mask(question.message));
      case "bye":
        if (question.done === undefined) this.over();
        else {
          this.run = null;
          this.hears.onPaused?.(question.done, run.terms.rounds);
        }
        return encodeMaskingReply(new Uint8Array(0));
    }
  }

  /** The last run that requested wins: the coordinator may have been interrupted. */
  private hello(terms: OfferedFederationTerms, id: bigint): Uint8Array {
    const { pins, joining } = this;
    const [first] = federationTermDifferences(pins.plan, terms.plan);
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
    // It may evaluate the weights after the last completed round.
    this.run = { id, terms, trained: done, looked: Math.max(done - 1, before?.looked ?? -1) };
    this.hears.onAgreed?.(terms);
    return encodeIntroduction(joining, joining.sign(introductionToSign(id, joining)));
  }

  private affords({ rounds, done }: OfferedFederationTerms): void {
    const { life } = this.pins;
    const further = rounds - Math.max(done, done === 0 ? 0 : this.reached);
    const repeated = done === 0 ? 0 : Math.max(0, Math.min(rounds, this.reached) - done);
    if (this.first + further > life)
      throw new CodedError("join-spent", { done: this.first, asked: further, most: life });
    if (this.again + repeated > life)
      throw new CodedError("join-spent", { done: this.again, asked: repeated, most: life });
  }

  /** Limits evaluations: one per round of its lifetime and per repeated round, plus one before the first of each. */
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

  /** `least`: the first allowed round. */
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

  /** Checks sizes before anything else is done with the message. */
  private fits({ weights, sent }: EvaluationInstruction & { readonly sent: RoundInstruction["sent"] | null }): void {
    const { values, sent: names } = this.joining;
    if (weights.length !== values)
      throw unfit(`it has ${String(weights.length)} weights, and ${String(values)} are trained here`);
    if (!areAllFinite(weights)) throw unfit("a weight is no number");
    if (!sent) return;
    if (Object.keys(sent).length !== names.length || names.some((name) => sent[name]?.length !== values))
      throw unfit("the data sent with the weights are not valid");
    if (!Object.values(sent).every(areAllFinite)) throw unfit("a number sent with the weights is not valid");
  }
}

const unfit = (why: string): CodedError<"order-unfit"> => new CodedError("order-unfit", { why });

/** The path at which the programs differ, without the values. */
function pathOf(error: CodedError): string | undefined {
  if (error.code === "join-differs") {
    const { path } = (error as CodedError<"join-differs">).data;
    return PROGRAM_PATH_PATTERN.test(path) ? path : "plan";
  }
  if (error.code === "join-rounds") return "rounds";
  return error.code === "join-clients" ? "clients" : undefined;
}
