/** Numbers under which a hospital or an insurer knows someone: known by the words before them. */
import { matchesOf } from "./matches.js";
import type { Detector, Span } from "./finding.js";

const said =
  /(?<![\p{L}\p{N}])(?:M\.?R\.?N|(?:medical|hospital|health|patient|chart|clinic) (?:record|chart|file|id|identifier|number|no)(?:[ -](?:number|no|id))?|patient(?:en)?-?(?:nummer|akte|id|nr)|fallnummer|krankenakte|versichertennummer|(?:numéro|n°|no) de dossier(?: médical)?|dossier (?:médical|patient)|historia cl[ií]nica|n\.?º? de historia|NHC|cartella clinica|pati[ëe]nt(?:en)?nummer|health plan (?:number|id)|insurance (?:policy|member) (?:number|no|id)|member id|policy number)\.?(?:\s?(?:is|was|number|nummer|no\.?|nr\.?|n°|nº|núm\.?|id|:|#|=|\()){0,3}\s?(?<id>(?=[A-Z-]{0,8}\d)[A-Z0-9][A-Z0-9/-]{2,19}[A-Z0-9])(?![\w])/giu;

export const record: Detector = (text) => {
  const found: Span[] = [];
  for (const match of matchesOf(said, text)) {
    const id = match.groups?.["id"] ?? "";
    if (id.replace(/\D/g, "").length < 4) continue;
    const end = match.index + match[0].length;
    found.push({ start: end - id.length, end });
  }
  return found;
};
