// The colour of a chosen run, the same in the list and in the curves.
import { palette } from "#kernel/display/svg/colors.js";

export const swatch = (slot: number): string | undefined => palette[slot % palette.length];
