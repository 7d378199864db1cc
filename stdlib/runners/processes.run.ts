import type { WorkerRunner } from "../kinds/runner.js";

export const processes: WorkerRunner = {
  start: (_call, { threads }, ways) => ways.process({ threads }),
};
