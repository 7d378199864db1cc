import type { CalibrationImplementation } from "./kind.js";
import { likeliestTemperature } from "./shared/temperature.js";

export const temperature: CalibrationImplementation = {
  fit(_call, decisions, { before }) {
    const found = likeliestTemperature(decisions);
    return typeof found === "string" ? found : { ...before, temperature: found };
  },
};
