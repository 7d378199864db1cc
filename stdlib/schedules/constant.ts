import { defineWord } from "#dsl/types/define.js";
import { warmUpCapabilities, warmUpElsewhere, warmUpParameter } from "../lib/schedules/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "constant",
  doc: "The learning rate rises from zero over the warm-up, then stays.",
  example: "schedule: constant(warmup: 0%)",
  elsewhere: warmUpElsewhere,
  parameters: [warmUpParameter({ share: 0 })],
  capabilities: warmUpCapabilities,
  load: async () => (await import("./constant.run.js")).constant,
});
