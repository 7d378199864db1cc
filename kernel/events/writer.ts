/** A process that writes to a run. */
export interface RunWriter {
  readonly id: number;
  readonly machine: string;
  /** The process's start time as the system counts it: another process may get the same id later. Null if unknown. */
  readonly since: string | null;
  /** It has the run's lock while it writes (run-lock.ts); earlier versions did not. */
  readonly locks?: true;
}
