/** Detects patient and insurance record numbers by the words before them. */
import { allMatches } from "./matches.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

/** Unambiguous words for a record number, by language. */
const outright = [
  "M\\.?R\\.?N|M\\.?R\\.? ?(?:no|number|#)|UHID|(?:medical|hospital|hosp\\.?|health(?: ?care)?|patient|pat\\.?|pt\\.?|chart|clinic|ward|unit|admission|encounter|episode|enrolee|subscriber|member) ?-?(?:record|chart|file|id|identifier|ref(?:erence)?|number|num|no|nr|#)(?:[ .-]{1,2}(?:number|no|id))?|health plan (?:number|id)|insurance (?:policy|member) (?:number|no|id)|policy (?:number|no)|health insurance (?:number|no|id)",
  "(?:patient(?:en)?|pat\\.?|fall|aufnahme|kranken(?:kassen|versicherungs|versicherten)?|versicherten|kassen|behandlungs|pflege)[ -]?(?:nummer|akten?(?:nummer|nr)?|id|nr|kennung|geschichte)|fallzahl|kvnr|kv-nr",
  "(?:numéro|num|n°|no|nº) (?:de |du |d['’])?(?:dossier|patient|séjour|hospitalisation|adhérent|sécu(?:rité)? ?mutuelle)(?: (?:médical|patient|hospitalier|n°))?|dossier (?:médical|patient|hospitalier|n°|no)|id(?:entifiant)? patient|\\bIPP|\\bNDA",
  "(?:n\\.?\\s?[º°ª]\\.?|número|numero|num\\.?|nro\\.?) (?:de )?(?:historia(?: cl[ií]nica)?|paciente|expediente|afiliad[oa]|h\\.?c\\.?|seguro)|historia(?: cl[ií]nica)?|expediente(?: (?:médico|cl[ií]nico))?|\\bN\\.?H\\.?C|\\bH\\.?C\\b",
  "(?:numero |n\\.? ?|num\\. ?)?(?:cartella(?: clinica)?|nosologico|scheda(?: paziente)?)|(?:id|codice|numero|n\\.) paziente",
  "(?:pati[ëe]nt(?:en)?|dossier|opname|polis|verzekerden|zorg)[ -]?(?:nummer|nr|id)|medisch dossier|\\bZIS-?(?:nummer|nr)",
  "(?:n\\.?\\s?[º°]|número|num\\.?|nr) (?:de |do |da )?(?:utente|processo(?: clínico)?|paciente|prontuário|registro|beneficiário|SNS)|(?:utente|prontuário|processo clínico|ficha(?: clínica)?)",
  "(?:nr|numer|nr\\.) (?:kartoteki|karty(?: pacjenta)?|pacjenta|historii(?: choroby)?|księgi(?: głównej)?|dokumentacji|ubezpiecz\\w+)|kartotek[aię]|kart[ay] pacjenta|historia choroby|id pacjenta",
];
const introduction =
  "(?:is|was|lautet|è|es|to|:|=|number|num|nummer|numer|no|nr|n[°º]|n\\.?[°º]|núm|id|#|\\(|\\.|,? ?(?:ref))";
const id = "(?<id>(?=[A-Z/-]{0,8}\\d)[A-Z0-9](?:[A-Z0-9]|[-/.](?=[A-Z0-9])| (?=\\d)){2,19})(?![\\w]|[/-]\\w)";
const plain = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${outright.join("|")})\\.?(?:\\s?${introduction}){0,4}\\s?${id}`,
  "giu",
);
/** Words for a record number in a hospital context only. */
const within = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:records?|charts?|case|file|akte|dossier|fall|cartella|processo|folder|acc(?:ount)?|visit|admission|HN|UR|URN|PID)\\.?(?:\\s?${introduction}){0,3}\\s?${id}`,
  "giu",
);
const hospital =
  /\b(?:patients?|pts?|hospital|clinic|ward|D\.?O\.?B|nurse|diagnos\w+|admitted|discharged?|surgery|GP|MRN|\d{1,3} ?yo|Dx|Hx|A&E|ICU|referr(?:al|ed)|Pat\.|Patient(?:en|in)?|Befund|Klinik|Arzt|Diagnose|hôpital|médecin|paciente|hospital|paziente|ospedale|ricovero|pati[ëe]nt\w*|ziekenhuis|utente|pacjent\w*|szpital)(?![\p{L}])/iu;
/** `… merged with KH/21/80651`: a second number of the same person. */
const second = new RegExp(
  `^ ?(?:(?:was |is )?(?:merged|linked|duplicate|same|formerly|previously|old|also|into|with|of|as|and|now|\\(|,|/|&|=|:) ?){1,4}${id}`,
  "iu",
);

/** Cheap pre-check: texts without a match are skipped. */
const hint = /\d(?:[-/. ]?\d){3}/;

export const recordNumberDetector: PersonalDataDetector = (text) => {
  if (!hint.test(text)) return [];
  const found: TextSpan[] = [];
  const take = (shape: RegExp): void => {
    for (const match of allMatches(shape, text)) {
      const identifier = match.groups?.["id"] ?? "";
      if (!isNumber(identifier)) continue;
      const end = match.index + match[0].length;
      found.push({ start: end - identifier.length, end });
      const other = second.exec(text.slice(end, end + 60));
      const also = other?.groups?.["id"] ?? "";
      if (other && isNumber(also))
        found.push({ start: end + other[0].length - also.length, end: end + other[0].length });
    }
  };
  take(plain);
  if (hospital.test(text)) take(within);
  return found.sort((a, b) => a.start - b.start);
};

/** Returns true for at least four digits that are not a date. */
function isNumber(written: string): boolean {
  if (/^(?:\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})$/.test(written))
    return !isDayLike(written);
  return written.replace(/\D/g, "").length >= 4;
}
function isDayLike(written: string): boolean {
  const parts = written.split(/[-/.]/).map(Number);
  const days = parts.filter((one) => one >= 1 && one <= 31).length;
  return days >= 2 && parts.some((one) => one >= 1 && one <= 12);
}
