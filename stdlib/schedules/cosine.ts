import { defineWord } from "#dsl/types/define.js";
import { schedules } from "../lib/elsewhere/values.js";
import { warmUpCapabilities, warmUpElsewhere, warmUpParameter } from "../lib/schedules/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "cosine",
  doc: "The learning rate rises from zero over the warm-up, then falls along half a cosine to zero.",
  example: "schedule: cosine(warmup: 10%)",
  elsewhere: warmUpElsewhere,
  advice: schedules.advice,
  parameters: [warmUpParameter({ share: 0.06 })],
  capabilities: warmUpCapabilities,
  load: async () => (await import("./cosine.run.js")).cosine,
});
