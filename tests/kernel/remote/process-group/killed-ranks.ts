/**
 * Trainings with `runner: processes(n)` whose ranks or engines are killed at random. They reach the same result as an
 * undisturbed training and leave nothing behind. `tunebook bench ranks` kills ten, the tests a few.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";
import { childrenOf } from "../../training/kills.js";

const main = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));

export interface RanksKilled {
  readonly kills: number;
  /** Final losses of the undisturbed training and of the one whose ranks were killed. */
  readonly losses: readonly [alone: number, killed: number];
  /** Whether the checkpoints are bit-identical. */
  readonly same: boolean;
  /** Processes of a process group that were still alive ten seconds after the training. */
  readonly orphans: readonly number[];
  readonly words: string;
}

export const programOf = (of: number, steps: number, more = ""): string =>
  `${definitions}train m on d { steps: ${String(steps)}, batch_size: 8, dropout: 0, checkpoint: every(steps: 4), validate: every(steps: 20), seed: 3, runner: processes(${String(of)})${more} }\n`;

export interface Program {
  readonly pid: number;
  readonly words: () => string;
  readonly exited: Promise<number | null>;
}
export function runProgram(file: string, runs: string): Program {
  const child = spawn(process.execPath, [main, "run", file, "--runs", runs], { stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (words += text));
  return {
    pid: child.pid!,
    words: () => words,
    exited: once(child, "exit").then(([status]) => status as number | null),
  };
}

/** Returns the ids of the other ranks in the process's current group. */
export function ranksOf(pid: number): readonly number[] {
  return childrenOf(pid).filter((id) => commandOf(id).includes("apps/worker/rank.js"));
}
function commandOf(id: number): string {
  try {
    return readFileSync(`/proc/${String(id)}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

export function runIn(runs: string): RunFolder | undefined {
  const id = existsSync(runs) ? readdirSync(runs).find((name) => /^m-\d/.test(name)) : undefined;
  return id === undefined ? undefined : RunFolder.open(join(runs, id));
}
const lossOf = (run: RunFolder): number =>
  run
    .events()
    .flatMap((e) => (e.kind === "step" ? [e.loss] : []))
    .at(-1) ?? NaN;
export function weightsOf(run: RunFolder): string {
  const last = readdirSync(run.checkpoints)
    .filter((name) => name.endsWith(".safetensors"))
    .sort()
    .at(-1);
  // Skips the header, which contains the time of writing.
  const bytes = readFileSync(join(run.checkpoints, last ?? ""));
  return createHash("sha256")
    .update(bytes.subarray(8 + Number(bytes.readBigUInt64LE(0))))
    .digest("hex");
}

export async function killRanks(o: {
  readonly kills: number;
  readonly seed: number;
  readonly of?: number;
  readonly steps?: number;
  /** Folder of the undisturbed training. By default it is trained first. */
  readonly alone?: string;
  progress?(line: string): void;
}): Promise<RanksKilled> {
  const { of = 3, steps = 60 } = o;
  const folder = mkdtempSync(join(tmpdir(), "tunebook-ranks-"));
  const random = xoroshiro128plus(o.seed);
  const below = (n: number): number => uniformInt(random, 0, n - 1);
  try {
    writeSmallTraining(folder);
    const file = join(folder, "ranks.tune");
    writeFileSync(file, programOf(of, steps));
    const left = o.alone ?? join(folder, "alone");
    if (o.alone === undefined) {
      const alone = runProgram(file, left);
      if ((await alone.exited) !== 0) throw new Error(alone.words());
    }
    const program = runProgram(file, join(folder, "killed"));
    let over = false;
    void program.exited.then(() => (over = true));
    const seen = new Set<number>();
    let [kills, earlies] = [0, 0];
    while (!over && kills < o.kills) {
      const before = stepsIn(join(folder, "killed"));
      // Kills each new group a few steps after it makes progress, or during its start. Three failures in a row without
      // a new checkpoint would end the training; checkpoints are written every four steps.
      const early = below(4) === 0 && earlies < 1;
      earlies = early ? earlies + 1 : 0;
      while (
        !over &&
        (ranksOf(program.pid).length < of - 1 || (!early && stepsIn(join(folder, "killed")) < before + 6))
      )
        await delay(5);
      await delay(below(150));
      const ranks = ranksOf(program.pid);
      for (const id of ranks) seen.add(id);
      const rank = ranks[below(Math.max(1, ranks.length))];
      if (over || rank === undefined) continue;
      const hosts = childrenOf(rank);
      // The rank has another child process, for tokenizers.
      const engine = hosts.find((id) => commandOf(id).includes("engines/host/main.js"));
      const victim = below(3) === 0 ? (engine ?? rank) : rank;
      for (const id of hosts) seen.add(id);
      kill(victim);
      kills += 1;
      o.progress?.(
        `killed ${victim === rank ? "a rank" : "a rank's engine"} at step ${String(stepsIn(join(folder, "killed")))}`,
      );
      while (!over && ranksOf(program.pid).includes(rank)) await delay(5);
    }
    const status = await program.exited;
    if (status !== 0) throw new Error(program.words());
    const [one, other] = [runIn(left)!, runIn(join(folder, "killed"))!];
    const orphans = await orphansOf(seen);
    const losses = [lossOf(one), lossOf(other)] as const;
    return { kills, losses, same: weightsOf(one) === weightsOf(other), orphans, words: program.words() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function stepsIn(runs: string): number {
  const run = runIn(runs);
  return run && existsSync(run.eventsFile) ? readFileSync(run.eventsFile, "utf8").split('"kind":"step"').length - 1 : 0;
}

async function orphansOf(ids: ReadonlySet<number>): Promise<readonly number[]> {
  const alive = (): readonly number[] =>
    [...ids].filter((id) => existsSync(`/proc/${String(id)}`) && !/^State:\s+Z/m.test(statusOf(id)));
  for (let tries = 0; tries < 100 && alive().length > 0; tries++) await delay(100);
  return alive();
}
function statusOf(id: number): string {
  try {
    return readFileSync(`/proc/${String(id)}/status`, "utf8");
  } catch {
    return "State: Z";
  }
}
function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // it has ended
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [kills, seed] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 11)];
  const begun = performance.now();
  const { words, ...found } = await killRanks({
    kills,
    seed,
    steps: 30 * kills,
    progress: (line) => console.log(line),
  });
  const right =
    found.kills === kills && found.same && found.orphans.length === 0 && found.losses[0] === found.losses[1];
  if (!right) console.log(words);
  console.log(
    `${JSON.stringify(found)}, seed ${String(seed)}, in ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  );
  process.exitCode = right ? 0 : 1;
}
