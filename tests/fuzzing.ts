/** A fuzzer: `npm run fuzz -- WHAT [COUNT] [SEED]` runs it and prints the problems it returns. */
export type FuzzRun = (o: {
  readonly count: number;
  readonly seed: number;
  readonly progress: (line: string) => void;
}) => Promise<readonly string[]> | readonly string[];
