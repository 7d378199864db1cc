/** What the scenes of killing share: a folder, chance, what went wrong, and processes that must be gone. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { childrenOf } from "../../../../training/kills.js";
import { isThere, kill } from "../apart.js";

/** Seconds until nothing of what was killed may be left. */
const PATIENCE = 10;

export class Ground {
  readonly troubles: string[] = [];
  /** Steps that were taken again, at most by one kill. */
  lost = 0;
  /** Seconds until the last process was gone, at most. */
  orphans = 0;
  /** Trainings and sweeps that were begun. */
  begun = 0;
  private readonly random;
  private readonly started = new Set<number>();

  constructor(
    readonly folder: string,
    seed: number,
  ) {
    this.random = xoroshiro128plus(seed);
  }

  /** From 0 on. */
  below(n: number): number {
    return uniformInt(this.random, 0, Math.max(0, Math.round(n) - 1));
  }
  one<T>(of: readonly T[]): T | undefined {
    return of[this.below(of.length)];
  }

  /** Kills one of them; what it held must be gone in time. `all`: the victim, and what can't live without it. */
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
  /** What a fault of this program left. */
  end(): void {
    for (const id of this.started) if (isThere(id)) for (const one of treeOf(id)) kill(one);
  }
}

/** What is killed, and how: each has its own ways to be begun, looked at and ended. */
export interface Scene {
  readonly kinds: readonly Kind[];
  /** What it comes to where nobody kills anything. */
  prepare(): Promise<void>;
  /** Whether it was done: what has ended by itself is nobody's to kill. */
  kill(kind: Kind): Promise<boolean>;
  /** Lets what is under way end, and compares it with what was left alone. */
  toItsEnd(): Promise<void>;
}
export const KINDS = ["kernel", "detached", "host", "sweep", "worker", "rank"] as const;
export type Kind = (typeof KINDS)[number];

/** A process, and all that it started. */
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
