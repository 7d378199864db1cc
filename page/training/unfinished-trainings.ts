/**
 * Stores a training at its newest checkpoint in the browser's own file system, so that it continues after a reload. A
 * folder contains its program, the page's files, its checkpoints and, written last, `state.json`, which lists the
 * complete files. Only the newest training is stored. A tab holds a lock on its own training, so that no other tab
 * takes it.
 */
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import { quoteNonFinite, unquoteNonFinite } from "#kernel/runs/log-lines.js";
import type { TrainingPosition } from "#kernel/runs/checkpoints.js";
import type { RunEvent } from "#kernel/events/events.js";
import { objectWith, anyNumber, parseJsonOrNull, type Schema } from "#kernel/fetch/json.js";
import type { GivenFile } from "../world/protocol.js";
import type { StoredCheckpoint } from "./instead/checkpoints.js";
import { byteCountIn, removeEntry, getFile, namesIn, putFile, storageErrorText } from "./opfs.js";
import type { TrainingStorageStatus, StoredTraining, TrainingProgram } from "./protocol.js";

const FOLDER = "trainings";

/** The stored state of a training. */
export interface StoredTrainingState {
  readonly step: number;
  readonly of: number;
  /** Null if steps are left. */
  readonly ended: StoredTraining["ended"];
  readonly events: readonly RunEvent[];
  readonly checkpoints: readonly StoredCheckpoint[];
}
const text = v.string();
const programSchema = objectWith({ code: text, name: text, plan: text, files: v.array(text) });
const stateSchema = objectWith({
  step: anyNumber,
  of: anyNumber,
  at: text,
  ended: v.nullable(v.picklist(["done", "early"])),
  checkpoints: v.array(objectWith({ file: text, position: v.custom<TrainingPosition>((x) => typeof x === "object") })),
  events: v.array(v.custom<RunEvent>((x) => typeof x === "object" && x !== null && "kind" in x)),
});
type Written = v.InferOutput<typeof stateSchema>;

/** Stores one training, during and after the life of its tab. */
export class TrainingKeeper {
  #writing: Promise<void> = Promise.resolve();
  #next: StoredTrainingState | null = null;
  #files: readonly string[] = [];
  #release: () => void = () => undefined;

  private constructor(
    readonly id: string,
    private readonly report: (keeping: TrainingStorageStatus) => void,
  ) {}

  /**
   * Stores a new training in place of earlier ones.
   * @param told receives each stored state, or why it was not stored
   */
  static async begun(
    program: TrainingProgram,
    files: readonly GivenFile[],
    told: TrainingKeeper["report"],
  ): Promise<TrainingKeeper> {
    const keeper = await TrainingKeeper.taking(crypto.randomUUID(), told);
    const folder = `${FOLDER}/${keeper.id}`;
    try {
      for (const [i, { text: content }] of files.entries())
        await putFile(
          folder,
          `file-${String(i)}`,
          (typeof content === "string" ? bytesOf(content) : content) as Uint8Array<ArrayBuffer>,
        );
      const written = { ...program, files: files.map(({ path }) => path) };
      await putFile(folder, "program.json", bytesOf(JSON.stringify(written)));
      for (const other of await namesIn(FOLDER))
        if (other !== keeper.id && !(await heldBySomebody(other))) await removeEntry(FOLDER, other);
    } catch (error) {
      keeper.report({ why: await storageErrorText(error) });
      await keeper.forget();
    }
    return keeper;
  }

  /** Takes over a left training. */
  static async taking(id: string, told: TrainingKeeper["report"]): Promise<TrainingKeeper> {
    const keeper = new TrainingKeeper(id, told);
    await new Promise<void>((taken) => {
      void locks()?.request(lockOf(id), { ifAvailable: true }, () => {
        taken();
        return new Promise<void>((release) => (keeper.#release = release));
      });
      if (!locks()) taken();
    });
    return keeper;
  }

  /** Writes the state after any pending write; of several waiting states only the last is written. */
  keep(state: StoredTrainingState): void {
    this.#next = state;
    this.#writing = this.#writing.then(() => this.#write());
  }
  /** Settles when everything is stored. */
  settled(): Promise<void> {
    return this.#writing;
  }
  /** Releases the lock: the training stays stored, and any tab may take it. */
  release(): void {
    this.#release();
  }
  async forget(): Promise<void> {
    this.#next = null;
    await this.#writing;
    await removeEntry(FOLDER, this.id);
    this.release();
  }

  async #write(): Promise<void> {
    const state = this.#next;
    this.#next = null;
    if (!state) return;
    const folder = `${FOLDER}/${this.id}`;
    if (!(await getFile(folder, "program.json"))) return; // storing failed at the start, which was reported
    const { checkpoints, ...rest } = state;
    const names = checkpoints.map(({ position }) => `step-${String(position.step)}`);
    try {
      for (const [i, { bytes }] of checkpoints.entries())
        if (!this.#files.includes(names[i]!)) await putFile(folder, names[i]!, bytes);
      const placed = checkpoints.map(({ file, position }) => ({ file, position }));
      const written = { ...rest, at: new Date().toISOString(), checkpoints: placed };
      await putFile(folder, "state.json", bytesOf(JSON.stringify(written, quoteNonFinite)));
      for (const old of this.#files) if (!names.includes(old)) await removeEntry(folder, old);
      this.#files = names;
      this.report({ step: state.step });
    } catch (error) {
      this.report({ why: await storageErrorText(error) });
    }
  }
}

/** Returns the newest training that no tab has open; null if there is none. Incomplete ones are removed. */
export async function newestStoredTraining(): Promise<StoredTraining | null> {
  const found: StoredTraining[] = [];
  for (const id of await namesIn(FOLDER)) {
    if (await heldBySomebody(id)) continue;
    const [program, state] = [await readIn(id, "program.json", programSchema), await stateIn(id)];
    if (program && state) found.push({ ...program, ...state, id });
    else await removeEntry(FOLDER, id);
  }
  const [newest] = found.toSorted((a, b) => (a.at < b.at ? 1 : -1));
  if (!newest) return null;
  const { id, code, name, plan, step, of: steps, ended, at: savedAt } = newest;
  return { id, code, name, plan, step, of: steps, ended, at: savedAt };
}

/** Total bytes of all stored trainings. */
export const storedTrainingBytes = (): Promise<number> => byteCountIn(FOLDER);
/** Removes all stored trainings except those open in other tabs. */
export async function forgetAllStoredTrainings(ownId: string | null): Promise<void> {
  for (const id of await namesIn(FOLDER))
    if (id === ownId || !(await heldBySomebody(id))) await removeEntry(FOLDER, id);
}

export function forgetStoredTraining(id: string): Promise<void> {
  return removeEntry(FOLDER, id);
}

/** Returns the page's files at that time; null if they are incomplete. */
export async function storedTrainingFiles(id: string): Promise<readonly GivenFile[] | null> {
  const program = await readIn(id, "program.json", programSchema);
  if (!program) return null;
  const files: GivenFile[] = [];
  for (const [i, path] of program.files.entries()) {
    const file = await getFile(`${FOLDER}/${id}`, `file-${String(i)}`);
    if (!file) return null;
    files.push({ path, text: new Uint8Array(await file.arrayBuffer()) });
  }
  return files;
}

/** Returns null if the state is incomplete. */
export async function storedTrainingState(id: string): Promise<StoredTrainingState | null> {
  const state = await stateIn(id);
  if (!state) return null;
  const checkpoints: StoredCheckpoint[] = [];
  for (const { file, position } of state.checkpoints) {
    const content = await getFile(`${FOLDER}/${id}`, `step-${String(position.step)}`);
    if (!content) return null;
    checkpoints.push({ file, position, bytes: new Uint8Array(await content.arrayBuffer()) });
  }
  return { ...state, checkpoints };
}

/** Steps between two stored states: the most that a reload can lose. */
const OFTEN = 10;
/**
 * With few trained weights, checkpoints are small and are written more often than the recipe says; this changes no
 * number.
 */
export async function withFrequentCheckpoints(plan: Plan): Promise<Plan> {
  const { model, training } = plan.recipe;
  const { steps } = training.checkpoint?.arguments ?? {};
  const few = (await loadImplementation(model.technique, "technique")).saved === "trained";
  if (few && typeof steps === "number" && steps <= OFTEN) return plan;
  // All weights with their optimizer moments are several times the base's size, so only the last and the best
  // checkpoint are kept.
  const checkpoint: Call | null = few ? { kind: "cadence", word: "every", arguments: { steps: OFTEN } } : null;
  return { ...plan, recipe: { ...plan.recipe, training: { ...training, checkpoint } } };
}

const stateIn = (id: string): Promise<Written | null> => readIn(id, "state.json", stateSchema);

async function readIn<T>(id: string, name: string, schema: Schema<T>): Promise<T | null> {
  const file = await getFile(`${FOLDER}/${id}`, name);
  return file && parseJsonOrNull(await file.text(), schema, unquoteNonFinite);
}

const bytesOf = (written: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(written);

const lockOf = (id: string): string => `tunebook-training-${id}`;
/** Undefined if the page is not a secure context; such a page stores nothing either. */
const locks = (): LockManager | undefined => (navigator as { readonly locks?: LockManager }).locks;
async function heldBySomebody(id: string): Promise<boolean> {
  const { held: heldLocks } = (await locks()?.query()) ?? {};
  return heldLocks?.some(({ name }) => name === lockOf(id)) ?? false;
}
