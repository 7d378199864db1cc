import { defineWord } from "#dsl/language/types/define.js";
import { rowSelectionParameter, keptRowsParameter, maxStoredRowsParameter } from "./shared/parameters.js";
import type { StrategyImplementation } from "./kind.js";
import { replayImplementationOf } from "./shared/replay-buffer.js";

export const word = defineWord({
  kind: "strategy",
  name: "replay",
  doc: "Stores some rows of each data set and trains on them again together with the new ones. Rows are stored as cleaned, and redacted if the data are, in the run's folder only: no deployment and no bundle contains them.",
  example: "strategy: replay(5%, choose: balanced)",
  references: [
    {
      title: "On Tiny Episodic Memories in Continual Learning",
      by: "Chaudhry et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1902.10486",
    },
  ],
  elsewhere: {
    rehearsal: "replay",
    experience_replay: "replay",
    Replay: "replay",
    er: "replay",
    mem_size: "share",
    memory: "share",
    memory_size: "share",
    buffer_size: "share",
    buffer: "share",
    policy: "choose",
    storage_policy: "choose",
    sampling: "choose",
  },
  parameters: [keptRowsParameter, rowSelectionParameter, maxStoredRowsParameter],
  capabilities: {
    replays: ({ arguments: { share, choose, most } }) => ({
      size: share,
      balanced: choose === "balanced",
      ...(most !== undefined && { maxRows: most }),
    }),
  },
  load: () => Promise.resolve(replay),
});

/** Replays rows of earlier data together with the new ones. */
const replay: StrategyImplementation = {
  states: [],
  ...replayImplementationOf(word),
};
