/** The rows' own labels, which every training learns. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { LessonImplementation } from "../kinds/lesson.js";
import { word } from "./labels.js";

export const labels: LessonImplementation = { weight: (call) => argumentsOf(word, call).weight };
