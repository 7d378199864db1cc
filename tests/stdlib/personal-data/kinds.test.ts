/**
 * One case for each notation that the rules cover: values by category, names by their context, and things that are not
 * names.
 */
import assert from "node:assert/strict";
import type { PersonalEntity } from "#stdlib/personal-data/finding.js";
import { findPersonalData } from "#stdlib/personal-data/find.js";

const found = (text: string, entity: PersonalEntity): readonly string[] =>
  findPersonalData(text, [entity]).map((one) => one.text);

const written: Readonly<Partial<Record<PersonalEntity, readonly (readonly [text: string, ...found: string[]])[]>>> = {
  date_of_birth: [
    ["Jan Nowak, ur. 3 marca 1980", "3 marca 1980"],
    ["O utente, nascida a 14/02/71, mora aqui", "14/02/71"],
    ["Klaus (*12.03.1980) kommt mit", "12.03.1980"],
    ["born 12 March '85 in Cork", "12 March '85"],
    ["817;IOANA ILIESCU;13/06/1993;active", "13/06/1993"],
    ["born 12/03/1980, admitted 04/05/2020", "12/03/1980"],
    ["The order of 12.03.2020 is late"],
  ],
  record: [
    ["Pat. Kaya, Fallnr. 75330811", "75330811"],
    ["Patiëntnr. MV092906G, klachten", "MV092906G"],
    ["n.º de utente 382910445 na consulta", "382910445"],
    ["pacjent, nr kartoteki 10/4411/20", "10/4411/20"],
    ["83 yo F, chart HV021410W, fell", "HV021410W"],
    ["DOB checked. Record BZ254822F merged with KH/21/80651", "BZ254822F", "KH/21/80651"],
    ["The file 123456 was deleted"],
  ],
  address: [
    ["send it to Flat 3, 69 King's Ride, Plymouth, SE15 7TQ now", "Flat 3, 69 King's Ride, Plymouth, SE15 7TQ"],
    ["office, 9/231 Point Nepean Rd, Geelong VIC 3220.", "9/231 Point Nepean Rd, Geelong VIC 3220"],
    ["at No. 45, 3rd Cross, Indiranagar, Bengaluru 560038", "No. 45, 3rd Cross, Indiranagar, Bengaluru 560038"],
    ["in der Straße des Friedens 51 b, 50674 Köln wohnt", "Straße des Friedens 51 b, 50674 Köln"],
    ["moro na Travessa do Carmo 44, 2.º Esq, 8000-076 Faro", "Travessa do Carmo 44, 2.º Esq, 8000-076 Faro"],
    ["odbiorca: al. Jerozolimskie 126a m. 3, 80-001 Gdańsk", "al. Jerozolimskie 126a m. 3, 80-001 Gdańsk"],
    ["at 1749 Portage Avenue, Guelph, ON N1H 3T8 the post", "1749 Portage Avenue, Guelph, ON N1H 3T8"],
    ["Strada Maggiore, n. 72/A - 40121 Bologna", "Strada Maggiore, n. 72/A - 40121 Bologna"],
  ],
  card: [
    ["paid by 4111.1111.1111.1111 today", "4111.1111.1111.1111"],
    ["paid by 41 11 11 11 11 11 11 11 today", "41 11 11 11 11 11 11 11"],
    ["voucher 4111 1111 1111 1112"],
  ],
  phone: [
    ["O meu telemóvel é 918081802.", "918081802"],
    ["se serve il numero è 3388001114", "3388001114"],
    ["Tel:030 1234567, Durchwahl 12", "030 1234567, Durchwahl 12"],
    ["order number 0171 2345678"],
  ],
  national_id: [
    ["my social is 782 35 5837", "782 35 5837"],
    ["codice fiscale RSS MRA 85T10 A562S", "RSS MRA 85T10 A562S"],
  ],
  name: [
    ["Paciente: Tipán, Brayan. Acude por lumbalgia.", "Tipán, Brayan"],
    ["Nom et prénom : Le Goff, Maëlle\nTél.", "Le Goff, Maëlle"],
    ["Klachten van mevr. Nakamura sinds gisteren.", "Nakamura"],
    ["so i told héloïse straight that it is late", "héloïse"],
    ["regards, priya", "priya"],
    ["Das Paket liegt bei Karadağ, zweiter Stock.", "Karadağ"],
    ["728386;IOANA POPESCU;active", "IOANA POPESCU"],
    ["Nobody believed that Yannick had left the door open.", "Yannick"],
    ["The keys went astray, sorry about that. Thierry", "Thierry"],
    ["Passenger SMITH/JOHN MR has no seat", "SMITH/JOHN"],
    ["It was Ahmet Can Polat who noticed.", "Ahmet Can Polat"],
    ["Matteo Dell'Acqua paid in cash.", "Matteo Dell'Acqua"],
    ["Ewa se queja del ruido.", "Ewa"],
    ["They watched Moby Dick and ate Tarte Tatin by Mont Blanc."],
    ["I bought it at Leroy Merlin, not at Denny's."],
    ["El Rayo Vallecano beat the Newell's Old Boys at San Sebastián."],
  ],
};

describe("formats of personal data", () => {
  for (const [entity, cases] of Object.entries(written))
    for (const [text, ...expected] of cases)
      it(`${entity}: ${text}`, () => assert.deepEqual(found(text, entity as PersonalEntity), expected));
  it("exclude the sentence after a greeting's comma or a word's full stop from names", () => {
    for (const text of [
      "Hello, Uploading a PDF gives a blank page.",
      "Hey, Pick up the return of the lamp.",
      "Hi, Early delivery please.",
      "Ich bin seit Jahren Kunde. Wo bleibt das Paket?",
    ])
      assert.deepEqual(found(text, "name"), [], text);
    assert.deepEqual(found("Hello, Anna Whitfield here", "name"), ["Anna Whitfield"]);
    assert.deepEqual(found("Hi Wrenna, thanks", "name"), ["Wrenna"]);
  });
});
