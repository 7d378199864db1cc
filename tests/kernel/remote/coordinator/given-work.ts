/** Fake work for coordinator tests: records what is reported to it; the run folder is a plain folder. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { JsonRecord } from "#kernel/fetch/json.js";
import type {
  WorkerInstruction,
  RemoteFailure,
  WorkEvent,
  InputFile,
  RunFile,
} from "#kernel/remote/coordinator/protocol.js";
import type { RemoteWork, WorkOrder } from "#kernel/remote/coordinator/work.js";

export class GivenWork implements RemoteWork {
  readonly kind = "trial";
  readonly items: WorkEvent[] = [];
  readonly results: JsonRecord[] = [];
  readonly failures: RemoteFailure[] = [];
  readonly begins: string[] = [];
  lostBy: Error | null = null;
  lefts = 0;
  says: WorkerInstruction = "go on";
  /** Outcome of a failure. */
  comes: "over" | "elsewhere" | "again" = "over";
  private readonly files = new Map<string, string>();

  constructor(
    readonly title: string,
    private readonly folder: string,
    private readonly reads: readonly InputFile[] = [],
  ) {}

  /** `begin` waits for this. */
  ready: Promise<void> = Promise.resolve();

  async begin(worker: string): Promise<WorkOrder> {
    this.begins.push(worker);
    await this.ready;
    return { order: { what: this.title }, files: this.reads };
  }
  on(item: WorkEvent): void {
    this.items.push(item);
  }
  answer(): WorkerInstruction {
    return this.says;
  }
  lacks(_run: number, files: readonly RunFile[]): readonly RunFile[] {
    return files.filter(({ path, hash }) => this.files.get(path) !== hash);
  }
  holds(run: number, files: readonly RunFile[], move: (folder: string, files: readonly RunFile[]) => void): void {
    mkdirSync(this.folder, { recursive: true });
    const lacking = this.lacks(run, files);
    move(this.folder, lacking);
    for (const { path, hash } of lacking) this.files.set(path, hash);
    const kept = files.map(({ path }) => path);
    for (const path of [...this.files.keys()].filter((one) => !kept.includes(one))) {
      rmSync(join(this.folder, path), { force: true });
      this.files.delete(path);
    }
  }
  left(): void {
    this.lefts += 1;
  }
  done(result: JsonRecord): void {
    this.results.push(result);
  }
  failed(failure: RemoteFailure): "over" | "elsewhere" | "again" {
    this.failures.push(failure);
    return this.comes;
  }
  lost(error: Error): void {
    this.lostBy = error;
  }
}
