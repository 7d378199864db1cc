import type { CalibrationImplementation } from "../kinds/calibration.js";
import { likeliestTemperature } from "../lib/calibrations/temperature.js";

export const temperature: CalibrationImplementation = {
  fit(_call, decisions, { before }) {
    const found = likeliestTemperature(decisions);
    return typeof found === "string" ? found : { ...before, temperature: found };
  },
};
