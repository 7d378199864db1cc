/** Work as a coordinator has it: what it is told of it, and whom it tells what came. A trial, and later whatever else workers do. */
import type { Json } from "../../fetch/json.js";
import type { WorkerInstruction, RemoteFailure, WorkEvent, InputFile, RunFile } from "./protocol.js";

/** What a worker needs to begin, or to go on where another was. */
export interface WorkOrder {
  readonly order: Json;
  /** All that it reads. */
  readonly files: readonly InputFile[];
}
export interface RemoteWork {
  readonly kind: string;
  /** For people: `trial 3 of search`. */
  readonly title: string;
  /** Asked each time that a worker takes it. `worker`: what people know it by. */
  begin(worker: string): Promise<WorkOrder>;
  /** Each thing once, in the order in which it happened. */
  on(item: WorkEvent): void;
  /** What whoever does it is to do. */
  answer(): WorkerInstruction;
  /** Of a run's files those that are not there yet. Coded errors of the disk, and `request-refused`. */
  lacks(run: number, files: readonly RunFile[]): readonly RunFile[];
  /** A run's folder holds these files: `arrived` are moved in, what isn't among `files` is removed. */
  holds(run: number, files: readonly RunFile[], move: (folder: string, files: readonly RunFile[]) => void): void;
  /** Its worker is gone, or has ended it: nobody writes its runs now. */
  left(): void;
  /** It is over. Coded error `request-refused` where that is no result. */
  done(result: Json): void;
  /**
   * It failed where it was done. `over`: it would have failed anywhere; `elsewhere`: something was lacking there, and another
   * worker may do it; `again`: something ended there that it, or that machine, may have been too much for.
   */
  failed(failure: RemoteFailure, worker: string): "over" | "elsewhere" | "again";
  /** Nobody does it any more: it was lost so often, or no worker can. */
  lost(error: Error): void;
}
