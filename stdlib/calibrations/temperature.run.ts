import type { CalibrationImplementation } from "./kind.js";
import { fitTemperature } from "./shared/temperature.js";

export const temperature: CalibrationImplementation = {
  fit(_call, decisions, { before }) {
    const found = fitTemperature(decisions);
    return typeof found === "string" ? found : { ...before, temperature: found };
  },
};
