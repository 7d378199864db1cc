// The colour of a chosen run, the same in the list and in the curves.
import { palette } from "./colors.js";

export const swatch = (slot) => palette[slot % palette.length];
