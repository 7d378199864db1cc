/**
 * A training as it stands at its newest checkpoint, kept in the browser's own file system: it goes on after a reload as if
 * nothing had been. A folder holds its program, the page's files, checkpoints, and last of all `state.json`, which names
 * them: what that names is whole. The newest training is kept, and a tab holds a lock on its own, so that no other takes it.
 */
import * as v from "valibot";
import { quoted, unquoted } from "#kernel/runs/log-lines.js";
import type { Position } from "#kernel/runs/checkpoints.js";
import type { RunEvent } from "#kernel/events/events.js";
import { fields, figure, jsonOrNone, type Schema } from "#kernel/fetch/json.js";
import type { GivenFile } from "../world/protocol.js";
import type { Stored } from "./instead/checkpoints.js";
import { bytesIn, drop, get, namesIn, put, whyNot } from "./opfs.js";
import type { Keeping, Left, Program } from "./protocol.js";

const FOLDER = "trainings";

/** Where it stands. */
export interface State {
  readonly step: number;
  readonly of: number;
  /** Null: steps are left. */
  readonly ended: Left["ended"];
  readonly events: readonly RunEvent[];
  readonly checkpoints: readonly Stored[];
}
const text = v.string();
const programSchema = fields({ code: text, name: text, plan: text, files: v.array(text) });
const stateSchema = fields({
  step: figure,
  of: figure,
  at: text,
  ended: v.nullable(v.picklist(["done", "early"])),
  checkpoints: v.array(fields({ file: text, position: v.custom<Position>((x) => typeof x === "object") })),
  events: v.array(v.custom<RunEvent>((x) => typeof x === "object" && x !== null && "kind" in x)),
});
type Written = v.InferOutput<typeof stateSchema>;

/** Keeps one training, as long as its tab is open and after that. */
export class Keeper {
  #writing: Promise<void> = Promise.resolve();
  #next: State | null = null;
  #files: readonly string[] = [];
  #release: () => void = () => undefined;

  private constructor(
    readonly id: string,
    private readonly told: (keeping: Keeping) => void,
  ) {}

  /** A training that begins, in place of what was left before. `told`: of each state that is kept, or why one isn't. */
  static async begun(program: Program, files: readonly GivenFile[], told: Keeper["told"]): Promise<Keeper> {
    const keeper = await Keeper.taking(crypto.randomUUID(), told);
    const folder = `${FOLDER}/${keeper.id}`;
    try {
      for (const [i, { text: own }] of files.entries())
        await put(
          folder,
          `file-${String(i)}`,
          (typeof own === "string" ? bytesOf(own) : own) as Uint8Array<ArrayBuffer>,
        );
      const written = { ...program, files: files.map(({ path }) => path) };
      await put(folder, "program.json", bytesOf(JSON.stringify(written)));
      for (const other of await namesIn(FOLDER))
        if (other !== keeper.id && !(await heldBySomebody(other))) await drop(FOLDER, other);
    } catch (error) {
      keeper.told({ why: await whyNot(error) });
      await keeper.forget();
    }
    return keeper;
  }

  /** One that was left. */
  static async taking(id: string, told: Keeper["told"]): Promise<Keeper> {
    const keeper = new Keeper(id, told);
    await new Promise<void>((taken) => {
      void locks()?.request(lockOf(id), { ifAvailable: true }, () => {
        taken();
        return new Promise<void>((release) => (keeper.#release = release));
      });
      if (!locks()) taken();
    });
    return keeper;
  }

  /** Written when what is under way is; of several that wait, the last alone. */
  keep(state: State): void {
    this.#next = state;
    this.#writing = this.#writing.then(() => this.#write());
  }
  /** Settles when all is kept that was to be. */
  settled(): Promise<void> {
    return this.#writing;
  }
  /** It stays, and may be taken by any tab. */
  release(): void {
    this.#release();
  }
  async forget(): Promise<void> {
    this.#next = null;
    await this.#writing;
    await drop(FOLDER, this.id);
    this.release();
  }

  async #write(): Promise<void> {
    const state = this.#next;
    this.#next = null;
    if (!state) return;
    const folder = `${FOLDER}/${this.id}`;
    if (!(await get(folder, "program.json"))) return; // it could not be begun, which was told
    const { checkpoints, ...rest } = state;
    const names = checkpoints.map(({ position }) => `step-${String(position.step)}`);
    try {
      for (const [i, { bytes }] of checkpoints.entries())
        if (!this.#files.includes(names[i]!)) await put(folder, names[i]!, bytes);
      const placed = checkpoints.map(({ file, position }) => ({ file, position }));
      const written = { ...rest, at: new Date().toISOString(), checkpoints: placed };
      await put(folder, "state.json", bytesOf(JSON.stringify(written, quoted)));
      for (const old of this.#files) if (!names.includes(old)) await drop(folder, old);
      this.#files = names;
      this.told({ step: state.step });
    } catch (error) {
      this.told({ why: await whyNot(error) });
    }
  }
}

/** The newest that no tab has open; null: there is none. What is not whole is let go. */
export async function newestLeft(): Promise<Left | null> {
  const found: Left[] = [];
  for (const id of await namesIn(FOLDER)) {
    if (await heldBySomebody(id)) continue;
    const [program, state] = [await readIn(id, "program.json", programSchema), await stateIn(id)];
    if (program && state) found.push({ ...program, ...state, id });
    else await drop(FOLDER, id);
  }
  const [newest] = found.toSorted((a, b) => (a.at < b.at ? 1 : -1));
  if (!newest) return null;
  const { id, code, name, plan, step, of, ended, at } = newest;
  return { id, code, name, plan, step, of, ended, at };
}

/** Bytes of all that are kept. */
export const bytesLeft = (): Promise<number> => bytesIn(FOLDER);
/** All but what other tabs have open. */
export async function forgetAllLeft(own: string | null): Promise<void> {
  for (const id of await namesIn(FOLDER)) if (id === own || !(await heldBySomebody(id))) await drop(FOLDER, id);
}

export function forgetLeft(id: string): Promise<void> {
  return drop(FOLDER, id);
}

/** The page's files as they were; null: they aren't whole. */
export async function filesLeft(id: string): Promise<readonly GivenFile[] | null> {
  const program = await readIn(id, "program.json", programSchema);
  if (!program) return null;
  const files: GivenFile[] = [];
  for (const [i, path] of program.files.entries()) {
    const file = await get(`${FOLDER}/${id}`, `file-${String(i)}`);
    if (!file) return null;
    files.push({ path, text: new Uint8Array(await file.arrayBuffer()) });
  }
  return files;
}

/** Null: it isn't whole. */
export async function stateLeft(id: string): Promise<State | null> {
  const state = await stateIn(id);
  if (!state) return null;
  const checkpoints: Stored[] = [];
  for (const { file, position } of state.checkpoints) {
    const own = await get(`${FOLDER}/${id}`, `step-${String(position.step)}`);
    if (!own) return null;
    checkpoints.push({ file, position, bytes: new Uint8Array(await own.arrayBuffer()) });
  }
  return { ...state, checkpoints };
}

const stateIn = (id: string): Promise<Written | null> => readIn(id, "state.json", stateSchema);

async function readIn<T>(id: string, name: string, schema: Schema<T>): Promise<T | null> {
  const file = await get(`${FOLDER}/${id}`, name);
  return file && jsonOrNone(await file.text(), schema, unquoted);
}

const bytesOf = (written: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(written);

const lockOf = (id: string): string => `tunebook-training-${id}`;
/** Absent where a page is no secure context; such a one keeps nothing either. */
const locks = (): LockManager | undefined => (navigator as { readonly locks?: LockManager }).locks;
async function heldBySomebody(id: string): Promise<boolean> {
  const { held } = (await locks()?.query()) ?? {};
  return held?.some(({ name }) => name === lockOf(id)) ?? false;
}
