/** All figures, in display order. */
import { commentFigures } from "./counters/comments.js";
import { importFigures } from "./counters/imports.js";
import { nameFigures } from "./counters/names.js";
import { sizeFigures } from "./counters/sizes.js";
import { syntaxFigures } from "./counters/syntax.js";
import { typeFigures } from "./counters/types.js";
import type { Figure } from "./figure.js";

export const figures: readonly Figure[] = [
  ...sizeFigures,
  ...importFigures,
  ...typeFigures,
  ...nameFigures,
  ...syntaxFigures,
  ...commentFigures,
];
