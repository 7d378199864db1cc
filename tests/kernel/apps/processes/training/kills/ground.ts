/** Shared state of the kill tests: a folder, random numbers, problems found, and processes that must end. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { childrenOf } from "../../../../training/kills.js";
import { isThere, kill } from "../apart.js";

/** Seconds within which all processes of a killed training must end. */
const PATIENCE = 10;

export class Ground {
  readonly troubles: string[] = [];
  /** Maximum number of steps that a kill caused to be repeated. */
  lost = 0;
  /** Maximum number of seconds until the last process had ended. */
  orphans = 0;
  /** Trainings and sweeps started. */
  begun = 0;
  private readonly random;
  private readonly started = new Set<number>();

  constructor(
    readonly folder: string,
    seed: number,
  ) {
    this.random = xoroshiro128plus(seed);
  }

  /** Returns a random integer from 0 to n - 1. */
  below(n: number): number {
    return uniformInt(this.random, 0, Math.max(0, Math.round(n) - 1));
  }
  one<T>(of: readonly T[]): T | undefined {
    return of[this.below(of.length)];
  }

  /**
   * Kills a process and checks that it and its dependents end in time. `all`: the victim and the processes that depend
   * on it.
   */
  async killed(victim: number, all: readonly number[], what: string): Promise<void> {
    kill(victim);
    const begun = performance.now();
    while (all.some(isThere) && performance.now() - begun < 1000 * PATIENCE) await delay(20);
    this.orphans = Math.max(this.orphans, (performance.now() - begun) / 1000);
    const left = all.filter(isThere);
    if (left.length > 0)
      this.troubles.push(`after a kill of ${what} ${left.map(commandOf).join(", ")} are there still`);
  }

  note(id: number): void {
    this.started.add(id);
  }
  /** Kills the processes that remain after a fault of this test program. */
  end(): void {
    for (const id of this.started) if (isThere(id)) for (const one of treeOf(id)) kill(one);
  }
}

/** A kind of target to kill, with its ways to start, inspect and finish it. */
export interface Scene {
  readonly kinds: readonly Kind[];
  /** Computes the expected result, without kills. */
  prepare(): Promise<void>;
  /** Returns whether a process was killed; false if it had already ended. */
  kill(kind: Kind): Promise<boolean>;
  /** Lets the present training or sweep finish, and compares it with the undisturbed one. */
  toItsEnd(): Promise<void>;
}
export const KINDS = ["kernel", "detached", "host", "sweep", "worker", "rank"] as const;
export type Kind = (typeof KINDS)[number];

/** Returns a process and all its descendants. */
export function treeOf(id: number): readonly number[] {
  return [id, ...childrenOf(id).flatMap(treeOf)];
}
export function commandOf(id: number): string {
  try {
    return readFileSync(`/proc/${String(id)}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return String(id);
  }
}
