/** What a fuzzer gives: `npm run fuzz -- WHAT [COUNT] [SEED]` runs it, and tells its troubles. */
export type FuzzRun = (o: {
  readonly count: number;
  readonly seed: number;
  readonly progress: (line: string) => void;
}) => Promise<readonly string[]> | readonly string[];
