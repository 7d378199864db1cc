import { defineWord } from "#dsl/language/types/define.js";
import type { CalibrationImplementation } from "./kind.js";
import { fitTemperature } from "./shared/temperature.js";

export const word = defineWord({
  kind: "calibration",
  name: "temperature",
  doc: "Divides the logits by the number at which the validation rows are likeliest, so that probabilities match observed frequencies. No predicted label changes.",
  example: "calibrate: [temperature]",
  elsewhere: { temperature_scaling: "temperature", platt: "temperature", calibration: "temperature" },
  capabilities: {
    decisions: ["one", "several"],
    metric: () => ({ kind: "metric", word: "calibration_error", arguments: { bins: 15 } }),
    changesProbabilities: true,
  },
  parameters: [],
  load: () => Promise.resolve(temperature),
});

export const temperature: CalibrationImplementation = {
  fit(_call, decisions, { before }) {
    const found = fitTemperature(decisions);
    return typeof found === "string" ? found : { ...before, temperature: found };
  },
};
