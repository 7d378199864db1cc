/**
 * Randomly kills processes involved in detached trainings: a notebook's kernel, the training process, its engine's
 * host, a sweep's process or one of its workers, or a rank of a process group. It stops after the given number of
 * kills. Each kill is followed by a resume. At most the steps since the last checkpoint may be lost, no file may be
 * corrupt, and no process may remain after ten seconds. Finally each training and each trial must equal the undisturbed
 * one bit for bit. `tunebook bench kills --times 200`; the tests do eight.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeSmallTraining } from "../../../../session/small-training.js";
import { Ground, KINDS, type Kind, type Scene } from "./ground.js";
import { NightScene } from "./night.js";
import { SweepScene } from "./sweep.js";

export interface Killed {
  readonly kills: Readonly<Partial<Record<Kind, number>>>;
  /** Trainings and sweeps started. */
  readonly begun: number;
  /** Maximum number of steps that a kill caused to be repeated. */
  readonly steps: number;
  /** Maximum number of seconds until the last process had ended. */
  readonly orphans: number;
  readonly troubles: readonly string[];
}
export interface Wanted {
  readonly times: number;
  readonly seed: number;
  /** Targets to kill, all equally often; defaults to all kinds. */
  readonly kinds?: readonly Kind[];
  readonly steps?: number;
  readonly trials?: number;
  progress?(line: string): void;
}

export async function kills(o: Wanted): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-apart-"));
  const before = process.env["XDG_STATE_HOME"];
  process.env["XDG_STATE_HOME"] = join(folder, "state");
  const ground = new Ground(folder, o.seed);
  try {
    writeSmallTraining(folder);
    return await killsOn(ground, o);
  } finally {
    ground.end();
    if (before === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killsOn(ground: Ground, { kinds = KINDS, steps = 60, trials = 6, ...o }: Wanted): Promise<Killed> {
  const scenes: readonly Scene[] = [
    new NightScene(ground, { kinds: ["kernel", "detached", "host"], steps }),
    new SweepScene(ground, { trials }),
    new NightScene(ground, { kinds: ["rank"], steps, more: ", dropout: 0, runner: processes(2)" }),
  ];
  const used = scenes.filter((scene) => scene.kinds.some((kind) => kinds.includes(kind)));
  for (const scene of used) await scene.prepare();
  const count: Partial<Record<Kind, number>> = {};
  const total = (): number => Object.values(count).reduce((a, b) => a + b, 0);
  const drawn = drawnFrom(ground, kinds);
  while (total() < o.times && ground.troubles.length < 5) {
    const kind = drawn.next().value;
    const scene = used.find((one) => one.kinds.includes(kind));
    while (!(await scene?.kill(kind)) && ground.troubles.length < 5);
    count[kind] = (count[kind] ?? 0) + 1;
    o.progress?.(
      `${String(total())} kills, the last of ${kind}; ${String(ground.begun)} begun, ${String(ground.troubles.length)} troubles`,
    );
  }
  for (const scene of used) await scene.toItsEnd();
  return {
    ...{ kills: count, begun: ground.begun, steps: ground.lost, orphans: ground.orphans },
    troubles: ground.troubles,
  };
}

/** Yields the kinds equally often, in random order. */
function* drawnFrom(ground: Ground, kinds: readonly Kind[]): Generator<Kind, never> {
  for (;;) {
    const left: Kind[] = [...kinds];
    while (left.length > 0) yield left.splice(ground.below(left.length), 1)[0]!;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const value = (name: string, usual: number): number => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? usual : Number(process.argv[at + 1]);
  };
  const [times, seed] = [value("times", 200), value("seed", 11)];
  const at = process.argv.indexOf("--kinds");
  const kinds = at < 0 ? KINDS : KINDS.filter((kind) => process.argv[at + 1]?.split(",").includes(kind));
  const begun = performance.now();
  const { troubles, ...found } = await kills({ times, seed, kinds, progress: (line) => console.log(line) });
  for (const trouble of troubles) console.log(`\n${trouble}`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`${JSON.stringify(found)}, seed ${String(seed)}: ${String(troubles.length)} troubles in ${seconds} s`);
  process.exit(troubles.length === 0 ? 0 : 1);
}
