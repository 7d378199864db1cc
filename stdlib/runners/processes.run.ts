import type { RunnerImplementation } from "../kinds/runner.js";

export const processes: RunnerImplementation = {
  start: (_call, { threads }, ways) => ways.process({ threads }),
};
