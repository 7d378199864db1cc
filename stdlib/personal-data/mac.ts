/** Detects MAC addresses in the three usual notations. */
import { allMatches } from "./matches.js";
import type { PersonalDataDetector } from "./finding.js";

const shape =
  /(?<![\w:.-])(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2})(?![\w:-]|\.\w)/g;

/** Cheap pre-check: texts without a match are skipped. */
const hint = /[:.-][0-9A-Fa-f]{2,4}[:.-]/;

export const macDetector: PersonalDataDetector = (text) =>
  (hint.test(text) ? allMatches(shape, text) : [])
    .filter(([found]) => !/^(?:[0.:-]+|[f.:-]+)$/i.test(found))
    .map(({ 0: found, index: start }) => ({ start, end: start + found.length }));
