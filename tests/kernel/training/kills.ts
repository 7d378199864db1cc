/**
 * Kills a training at random times and resumes it until it is done. Its weights and losses must equal, bit for bit,
 * those of an uninterrupted training. `npm run kills [COUNT] [SEED]` makes 60 kills; the tests make some. Half of the
 * kills also kill the engine's process. A tenth come at any time after the command began, the rest some steps after its
 * first one.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { listCheckpoints } from "#kernel/runs/checkpoints.js";
import { loadDynamics } from "#kernel/training/dynamics.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

const main = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));

export interface Killed {
  /** Kills that are each followed by `resume: true`. */
  readonly kills: number;
  /** Additional kills before the first checkpoint, after which the training starts again. */
  readonly early: number;
  /** Runs that were killed and resumed until they were done. */
  readonly trainings: number;
  /** Logs with a torn line, and files that were only partly written. */
  readonly torn: number;
  readonly halfWritten: number;
  readonly troubles: readonly string[];
}

/** Writes the files of a training with `steps` steps: `fresh.tune` and `resume.tune`. */
export function writePrograms(folder: string, steps: number): void {
  writeSmallTraining(folder);
  const settings = `steps: ${steps}, batch_size: 8, log: every(steps: 1), checkpoint: every(steps: 1), validate: every(steps: 10), seed: 3`;
  writeFileSync(join(folder, "fresh.tune"), `${definitions}train m on d { ${settings} }\n`);
  writeFileSync(join(folder, "resume.tune"), `${definitions}train m on d { resume: true, ${settings} }\n`);
}
export function runProgram(folder: string, which: "fresh" | "resume", runs: string): ChildProcess & { words: string } {
  const child = spawn(process.execPath, [main, "run", join(folder, `${which}.tune`), "--runs", runs], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const told = Object.assign(child, { words: "" });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (told.words += text));
  return told;
}
export const runsIn = (runs: string): readonly RunFolder[] =>
  (existsSync(runs) ? readdirSync(runs) : [])
    .filter((id) => /^m-\d/.test(id))
    .map((id) => RunFolder.open(join(runs, id)));

/**
 * Returns the weights and moments of the last checkpoint, the samples seen of each row, and the loss of every step.
 */
export function outcomeOf(run: RunFolder): string {
  const { file } = listCheckpoints(run).at(-1)!;
  const header = readHeader(file);
  const tensors = Object.keys(header.tensors)
    .sort()
    .map((name) => `${name} ${Buffer.from(readTensor(file, name, header).bytes).toString("hex")}`);
  const losses = run.events().flatMap((event) => (event.kind === "step" ? [`${event.step} ${event.loss}`] : []));
  const seen = loadDynamics(run, listCheckpoints(run).at(-1)!.position.step)?.bytes().toString("hex") ?? "nothing seen";
  return [...losses, ...tensors, seen].join("\n");
}

/** An uninterrupted training: its expected outcome, and the milliseconds that its command took. */
export interface Alone {
  readonly expected: string;
  readonly took: number;
}
export async function trainedAlone(folder: string, steps: number): Promise<Alone> {
  writePrograms(folder, steps);
  const runs = join(folder, "alone");
  const begun = Date.now();
  const whole = runProgram(folder, "fresh", runs);
  await once(whole, "exit");
  const [alone] = runsIn(runs);
  if (!alone) throw new Error(whole.words);
  return { expected: outcomeOf(alone), took: Date.now() - begun };
}

export async function killAndResume(o: {
  readonly kills: number;
  readonly seed: number;
  readonly steps?: number;
  /** An uninterrupted training with as many steps. If unset, it is trained first. */
  readonly alone?: Alone;
  progress?(line: string): void;
}): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-kills-"));
  const random = xoroshiro128plus(o.seed);
  const below = (n: number): number => uniformInt(random, 0, Math.max(0, Math.round(n) - 1));
  const count = { kills: 0, early: 0, trainings: 0, torn: 0, halfWritten: 0 };
  const troubles: string[] = [];
  try {
    const steps = o.steps ?? 90;
    const { expected, took } = o.alone ?? (await trainedAlone(folder, steps));
    writePrograms(folder, steps);
    for (let n = 1; count.kills < o.kills && troubles.length < 5; n++) {
      const runs = join(folder, `runs-${n}`);
      for (let done = false, killed = false; !done;) {
        const which = runsIn(runs).some((run) => listCheckpoints(run).length > 0) ? "resume" : "fresh";
        const stepsIn = (): number =>
          runsIn(runs).reduce(
            (sum, run) =>
              sum +
              (existsSync(run.eventsFile) ? readFileSync(run.eventsFile, "utf8").split('"kind":"step"').length : 0),
            0,
          );
        const before = stepsIn();
        const child = runProgram(folder, which, runs);
        const exited = once(child, "exit");
        let over = false;
        void exited.then(() => (over = true));
        if (count.kills < o.kills) {
          const training = below(10) > 0;
          // Waits some steps and then a moment more, so that the kill comes between two steps or within one.
          const more = 2 + below(steps / 2);
          while (training && !over && stepsIn() < before + more) await delay(2);
          await Promise.race([exited, delay(below(training ? 10 : took))]);
          if (!over) {
            const hosts = below(2) === 0 ? childrenOf(child.pid!) : [];
            for (const id of [child.pid!, ...hosts]) kill(id);
            killed = true;
          }
        }
        const [status] = (await exited) as [number | null];
        done = status === 0;
        if (!done && !killed) troubles.push(`${which} ended with ${status}: ${child.words}`);
        if (status !== null && status !== 0) return { ...count, troubles: [...troubles, child.words] };
        if (done) break;
        const run = runsIn(runs).at(-1);
        if (!run) {
          count.early += 1;
          continue; // killed before it made its folder
        }
        if (!existsSync(run.eventsFile) || listCheckpoints(run).length === 0) {
          count.early += 1;
          rmSync(run.path, { recursive: true });
          continue;
        }
        if (run.events().some((event) => event.kind === "stopped")) break; // killed while it was exiting
        count.kills += 1;
        if (!readFileSync(run.eventsFile, "utf8").endsWith("\n")) count.torn += 1;
        if (readdirSync(run.checkpoints).some((name) => name.includes(".writing-"))) count.halfWritten += 1;
        const list = new RunList(runs);
        await list.look();
        const { state } = list.get(run.id) ?? {};
        if (state !== "killed") troubles.push(`a killed run is shown as ${state}`);
      }
      const made = runsIn(runs);
      if (made.length !== 1) troubles.push(`${made.length} runs`);
      else if (outcomeOf(made[0]!) !== expected) troubles.push(`training ${n} ended otherwise than the one left alone`);
      count.trainings += 1;
      o.progress?.(`${count.kills} kills, ${count.trainings} trainings, ${troubles.length} troubles`);
      rmSync(runs, { recursive: true });
    }
    return { ...count, troubles };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Returns the ids of child processes where the system lists them. Elsewhere the list is empty and the engine's process
 * ends by itself.
 */
export function childrenOf(id: number): readonly number[] {
  try {
    return readFileSync(`/proc/${id}/task/${id}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // it has already ended
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [kills, seed] = [Number(process.argv[2] ?? 60), Number(process.argv[3] ?? 11)];
  const begun = performance.now();
  const { troubles, ...count } = await killAndResume({ kills, seed, progress: (line) => console.log(line) });
  for (const trouble of troubles) console.log(`\n${trouble}`);
  console.log(
    `${JSON.stringify(count)}, seed ${seed}: ${troubles.length} troubles in ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  );
  process.exitCode = troubles.length === 0 ? 0 : 1;
}
