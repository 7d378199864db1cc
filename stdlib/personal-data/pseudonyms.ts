/**
 * Pseudonyms: realistic replacements of findings. Within a document, the same person, number or place has the same
 * pseudonym. Pseudonyms derive from the document's own text and a seed, so rows give the same result in any order.
 * Numbers keep their format but have no valid checksum; e-mail addresses and links use domains that nobody owns.
 */
import { type PersonalDataFinding, personalEntities, type PersonalEntity } from "./finding.js";
import { findPersonalData } from "./find.js";
import { languageOf, type Language } from "./language.js";
import { accentlessForm } from "./names/filters.js";
import { lookUpWord } from "./names/lists.js";

/** Replacement names and streets by language. */
type ByLanguage<T> = Readonly<Record<Language, T>>;
const list = (text: string): readonly string[] => text.split(" ");

export const givenNamePseudonyms: ByLanguage<readonly string[]> = {
  en: list(
    "Alice Oliver Emma Henry Clara Arthur Nora Edward Lucy Walter Helen George Sophie Martin Julia Peter Laura Simon Diana Paul Rachel Stephen Karen Philip Susan Andrew",
  ),
  de: list(
    "Anna Lukas Lena Felix Marie Jonas Clara Moritz Greta Anton Ida Emil Paula Karl Hanna Fritz Johanna Oskar Helene Kurt Ingrid Holger Ulrike Bernd Heike Dieter",
  ),
  fr: list(
    "Camille Louis Manon Hugo Juliette Jules Alice Arthur Louise Gabriel Jeanne Paul Margaux Antoine Claire Mathieu Élise Nicolas Sophie Benoît Hélène Luc Odile Rémi",
  ),
  es: list(
    "Lucía Hugo Carmen Pablo Elena Diego Irene Javier Marta Sergio Nuria Andrés Rocío Álvaro Pilar Rubén Teresa Iván Beatriz Óscar Silvia Marcos Raquel Gonzalo",
  ),
  it: list(
    "Giulia Luca Chiara Marco Elena Paolo Francesca Davide Silvia Andrea Martina Stefano Laura Matteo Paola Simone Lucia Giorgio Elisa Roberto Irene Fabio Carla Enrico",
  ),
  nl: list(
    "Emma Daan Sanne Bram Lotte Thijs Femke Jeroen Anouk Pieter Marieke Wouter Ilse Koen Hanneke Maarten Tineke Ruben Saskia Joris Mirjam Gijs Annelies Sjoerd",
  ),
};
export const familyNamePseudonyms: ByLanguage<readonly string[]> = {
  en: list(
    "Turner Bennett Harper Collins Hughes Foster Marshall Ellis Barnes Graham Morris Webb Dixon Palmer Fletcher Gibson Lawson Hartley Spencer Chapman Walsh Norris Preston Barker",
  ),
  de: list(
    "Schneider Fischer Wagner Becker Hoffmann Schulz Keller Richter Vogel Lehmann Krause Winkler Brandt Seidel Hartmann Lorenz Kaiser Engel Busch Pohl Ziegler Arnold Ritter Franke",
  ),
  fr: list(
    "Moreau Laurent Girard Fournier Mercier Lambert Bonnet Rousseau Blanchard Chevalier Garnier Perrin Morel Barbier Renard Collet Lefort Vasseur Gaillard Besson Tessier Marchal Poulain Langlois",
  ),
  es: list(
    "Navarro Molina Serrano Ortega Delgado Castro Rubio Marín Iglesias Medina Garrido Cortés Lozano Herrera Prieto Vidal Pascual Gallego Crespo Soler Mora Nieto Aguilar Campos",
  ),
  it: list(
    "Ferrari Russo Romano Colombo Ricci Marino Greco Conti Gallo Costa Fontana Moretti Barbieri Lombardi Rinaldi Caruso Ferraro Santoro Leone Longo Gentile Martini Vitale Serra",
  ),
  nl: list(
    "Visser Bakker Mulder Smit Dekker Brouwer Dijkstra Kuiper Postma Veenstra Kok Schouten Hoekstra Prins Huisman Koster Willems Verhoeven Evers Sanders Timmermans Molenaar Kramer Peeters",
  ),
};
/** `#` is replaced by a random number. */
export const addressPseudonyms: ByLanguage<string> = {
  en: "# Sample Street, Anytown",
  de: "Musterstraße #, Musterstadt",
  fr: "# rue de l'Exemple, Villeneuve",
  es: "Calle del Ejemplo, #, Villanueva",
  it: "Via dell'Esempio, #, Villanova",
  nl: "Voorbeeldstraat #, Nieuwstad",
};

export class Pseudonyms {
  private readonly language: Language;
  private readonly key: number;
  private readonly chosen = new Map<string, string>();
  private readonly taken = new Set<string>();

  /** @param document the complete text of the document */
  constructor(document: string, seed: number) {
    this.language = languageOf(document);
    this.key = mix(document, seed);
  }

  pseudonymFor({ entity, text }: PersonalDataFinding): string {
    if (entity === "name") return this.name(text);
    return this.once(`${entity} ${canonicalForm(entity, text)}`, (draw) => this.made(entity, text, draw));
  }

  /** Replaces names word by word, so that `Anna Smith`, `Anna` and `Mrs Smith` remain one person. */
  private name(text: string): string {
    const words = text.match(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu) ?? [];
    let index = 0;
    return text.replace(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu, (word) => {
      const first = index++ === 0;
      // `van der`, `de`
      if (word.length > 1 && word === word.toLowerCase() && words.length > 1 && word.length < 4) return word;
      const plain = accentlessForm(word);
      const family = words.length > 1 ? !first : lookUpWord(plain).last && !lookUpWord(plain).first;
      const before = this.chosen.get(`name ${plain}`);
      const other =
        before ??
        this.once(`name ${plain}`, (draw) =>
          pick((family ? familyNamePseudonyms : givenNamePseudonyms)[this.language], draw),
        );
      if (word.length === 1) return other.slice(0, 1);
      return word === word.toUpperCase()
        ? other.toUpperCase()
        : word === word.toLowerCase()
          ? other.toLowerCase()
          : other;
    });
  }

  private made(entity: string, text: string, draw: () => number): string {
    switch (entity) {
      case "email":
        return `${pick(givenNamePseudonyms.en, draw)}.${pick(familyNamePseudonyms.en, draw)}@example.org`.toLowerCase();
      case "url":
        return `https://example.org/${String(1000 + Math.floor(draw() * 9000))}`;
      case "address":
        return addressPseudonyms[this.language].replace("#", String(1 + Math.floor(draw() * 98)));
      case "ip":
        return text.includes(":")
          ? `2001:db8::${(1 + Math.floor(draw() * 65_000)).toString(16)}`
          : `192.0.2.${String(1 + Math.floor(draw() * 254))}`;
      case "date_of_birth":
        return otherDay(text, draw);
      default:
        return sameShape(entity, text, draw);
    }
  }

  /** Returns one pseudonym per key, and never the same for two keys. */
  private once(key: string, make: (draw: () => number) => string): string {
    const before = this.chosen.get(key);
    if (before !== undefined) return before;
    const draw = generator(mix(key, this.key));
    let made = make(draw);
    for (let tries = 0; tries < 40 && (this.taken.has(made) || key.endsWith(` ${accentlessForm(made)}`)); tries++)
      made = make(draw);
    this.chosen.set(key, made);
    this.taken.add(made);
    return made;
  }
}

/** Returns the comparable form of a finding, independent of spacing and case. */
export function canonicalForm(entity: string, text: string): string {
  if (entity === "name" || entity === "address") return accentlessForm(text).replace(/\s+/g, " ").trim();
  const bare = text.replace(/[\s()./-]/g, "");
  return entity === "email"
    ? text.toLowerCase().trim()
    : entity === "key" || entity === "url"
      ? text
      : bare.toUpperCase();
}

/**
 * Replaces letters by letters and digits by digits until no detector finds the result. The country of an account or a
 * phone number does not change.
 */
function sameShape(entity: string, text: string, draw: () => number): string {
  const keptCount =
    entity === "phone" ? /^(?:\+|00)\d{1,2}/.exec(text)?.[0].length : entity === "iban" ? 2 : entity === "key" ? 4 : 0;
  const wanted = (personalEntities as readonly string[]).includes(entity) ? [entity as PersonalEntity] : [];
  for (let tries = 0; tries < 12; tries++) {
    const made = [...text]
      .map((one, i) => {
        if (i < (keptCount ?? 0)) return one;
        if (/\d/.test(one)) return String(Math.floor(draw() * 10));
        if (/[a-z]/.test(one)) return String.fromCharCode(97 + Math.floor(draw() * 26));
        return /[A-Z]/.test(one) ? String.fromCharCode(65 + Math.floor(draw() * 26)) : one;
      })
      .join("");
    if (
      made !== text &&
      (entity === "phone" || wanted.length === 0 || !findPersonalData(made, wanted).some(({ sure }) => sure))
    )
      return made;
  }
  return `[${entity.toUpperCase()}]`;
}

/**
 * Returns another day in another year, in the same format; in numeric dates, month and day stay below
 * 13.
 */
function otherDay(text: string, draw: () => number): string {
  const shift = 1 + Math.floor(draw() * 5);
  return text.replace(/\d+/g, (digits) => {
    if (digits.length === 4) return String(Number(digits) - shift);
    const drawn = String(1 + Math.floor(draw() * 12));
    return drawn.padStart(digits.length, "0");
  });
}

function pick<T>(list: readonly T[], draw: () => number): T {
  return list[Math.floor(draw() * list.length)]!;
}
function mix(text: string, seed: number): number {
  let value = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
/** Returns a generator of numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
