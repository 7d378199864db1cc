/** A process that writes a run. */
export interface RunWriter {
  readonly id: number;
  readonly machine: string;
  /** When it began, as the system counts: another process may get the same id later. Null where that can't be told. */
  readonly since: string | null;
  /** It has the run's lock as long as it writes (run-lock.ts); versions before didn't. */
  readonly locks?: true;
}
