/** Work as seen by a coordinator: its order, and the callbacks for events and results. Currently trials and ranks. */
import type { JsonRecord } from "../../fetch/json.js";
import type { WorkerInstruction, RemoteFailure, WorkEvent, InputFile, RunFile } from "./protocol.js";

/** What a worker needs to start, or to continue another worker's work. */
export interface WorkOrder {
  readonly order: JsonRecord;
  readonly files: readonly InputFile[];
}
export interface RemoteWork {
  readonly kind: string;
  /** Title for people: `trial 3 of search`. */
  readonly title: string;
  /** Called each time a worker takes the work. `worker`: its name for people. */
  begin(worker: string): Promise<WorkOrder>;
  /** Called once per event, in order. */
  on(item: WorkEvent): void;
  /** Returns the instruction for the worker. */
  answer(): WorkerInstruction;
  /**
   * Returns the files of a run that have not arrived yet. Throws the coded errors of the disk, and `request-refused`.
   */
  lacks(run: number, files: readonly RunFile[]): readonly RunFile[];
  /** Updates a run's folder to these files: `move` brings in new ones, and files not among `files` are removed. */
  holds(run: number, files: readonly RunFile[], move: (folder: string, files: readonly RunFile[]) => void): void;
  /** Called when the worker has left or ended: nothing writes its runs now. */
  left(): void;
  /** Called with the result. Throws the coded error `request-refused` if it is invalid. */
  done(result: JsonRecord): void;
  /**
   * Called when the work failed at a worker. `over`: it would fail anywhere. `elsewhere`: the worker lacked something
   * that another may have. `again`: a process died, possibly because the work or that machine was overloaded.
   */
  failed(failure: RemoteFailure, worker: string): "over" | "elsewhere" | "again";
  /** Called when the work is given up: it was lost too often, or no worker can do it. */
  lost(error: Error): void;
}
