import { defineWord } from "#dsl/types/define.js";
import { warmUpCapabilities, warmUpElsewhere, warmUpParameter } from "../lib/schedules/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "linear",
  doc: "The learning rate rises from zero over the warm-up, then falls in a straight line to zero at the end.",
  example: "schedule: linear(warmup: 6%)",
  elsewhere: warmUpElsewhere,
  parameters: [warmUpParameter({ share: 0.06 })],
  capabilities: warmUpCapabilities,
  load: async () => (await import("./linear.run.js")).linear,
});
