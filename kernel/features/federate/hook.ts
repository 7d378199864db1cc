/**
 * What a federation adds to its training: scores per client, traffic, and the states of clients and server in
 * checkpoints.
 */
import type { RunFolder } from "../../runs/run-folder.js";
import type { EvaluationReport, TrainingHook } from "../../training/loop/hook.js";

export type ScoresByClient = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface FederationHookOptions {
  readonly rounds: {
    save(run: RunFolder, round: number): void;
    prune(run: RunFolder, rounds: readonly number[]): void;
    /** Bytes transferred since the last report; null if all clients are simulated in this process. */
    carried(): { readonly sent: number; readonly received: number } | null;
  };
  /** Scores of the last validation by client name. */
  readonly scores: () => ScoresByClient;
  /** The same with each client's personal parameters; absent if there are none. */
  readonly personal?: (() => ScoresByClient) | undefined;
}

export function federationHook({ rounds, scores, personal }: FederationHookOptions): TrainingHook {
  return {
    afterValidation: (): EvaluationReport => ({
      clients: scores(),
      ...(personal && { personal: personal() }),
      ...rounds.carried(),
    }),
    saveCheckpoint: (run, round) => rounds.save(run, round),
    pruneCheckpoints: (run, rounded) => rounds.prune(run, rounded),
  };
}
