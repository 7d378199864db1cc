/** What an engine says of itself: each is one folder of this room with one `record.ts` in it, found by `engines.ts`. */
import type { Program } from "#dsl/tensor/program.js";
import type { DeviceName, EngineName } from "./engine.js";
import type { Backend } from "./host/backend.js";
import type { TrainedShare } from "./work.js";

export interface BackendOpenOptions {
  /** Path of the addon that `found` told; null: it needs none. */
  readonly addon: string | null;
  readonly threads: number;
  readonly device: DeviceName;
  /** It is begun for what answers requests. */
  readonly answers: boolean;
}
export interface EngineRecord {
  readonly name: EngineName;
  /** What its title begins with, on all devices: so the locks of older runs name it. */
  readonly titled: string;
  /** Packages whose versions its numbers hang on. */
  readonly packages: readonly string[];
  /** What brings it where it does not compute. */
  readonly mend: string;
  /** Devices that may be asked of no other engine: `auto` takes this one for them. */
  readonly alone?: readonly DeviceName[];
  /** Why it can't compute on a device that was asked for; undefined: it can, or says so itself when it starts. */
  refuses(device: DeviceName): string | undefined;
  /** Share of the machine's products that a training step reaches, or a batch of answers, where it was measured; absent: `auto` takes it last. */
  readonly utilisation?: Readonly<Record<TrainedShare | "answers", number>>;
  /** Whether it computes no bf16, whatever it stores. */
  readonly lacksBf16?: true;
  /** What its process is started with beside what all are; the user's own environment wins. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What its process must be started with, whatever the user's environment says. */
  readonly required?: Readonly<Record<string, string>>;
  /** What `auto` says where its native part is not there. */
  readonly without?: string;
  /** Its native part on this machine; a string says why it is not there. */
  found(): Promise<{ readonly addon: string | null } | string>;
  /** What it is given of programs, as text; absent: it runs them as they stand. */
  emitted?(programs: Readonly<Record<string, Program>>): Promise<string>;
  /** In the host process. */
  backend(opening: BackendOpenOptions): Promise<Backend>;
}
