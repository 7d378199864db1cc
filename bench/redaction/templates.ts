/**
 * Texts with slots; `{name}` is a given and a family name, `{given}` and `{family}` one of them. The authors of the
 * rules saw none of them.
 */
export const templates: readonly string[] = `
Hello team, this is {name} again. My parcel still hasn't shown up, could you ring me on {phone}?
Complaint received from {name} ({email}) about a late refund.
Please update the delivery address for {name} to {address} and confirm by mail to {email}.
{name} phoned at noon; her number is {phone} and she wants a callback before five.
Hi {given},\\nthanks for the quick answer. The invoice goes to {address}.\\nKind regards,\\n{name}
Dear Mr {family}, we could not charge the card {card}. Please use another one.
Dear Ms {family},\\nyour appointment with Dr {family} is confirmed.\\nYours sincerely,\\n{name}
The patient, {name}, born {date}, was admitted last night. MRN: {record}.
Patient: {name}\\nDate of birth: {date}\\nMedical record number: {record}\\nPhone: {phone}
{name} (DOB {date}) was discharged; chart no. {record} was closed.
Refund to IBAN {iban}, account holder {name}.
Kindly transfer the deposit to {iban} before Friday.
Paid with {card}, exp 09/27, billing address {address}.
My card number is {card} and it was declined twice.
Login from {ip} failed for {email}; the device had MAC {mac}.
The router at {ip} (hardware address {mac}) stopped answering.
Blocked {ip} after forty failed attempts.
Deploy failed: could not clone {url} from the runner.
The connection string is {url}, please rotate it.
Use {key} for staging until the new one arrives.
export API_TOKEN={key}
I accidentally committed {key} to the repository, help!
Applicant {name}, {id}, lives at {address}.
For the tax form: {id}, name {name}, born on {date}.
Please verify {id} before we open the account.
We spoke with {name} from accounting, and {given} promised to send the papers.
According to {name}, the meeting with {name} was moved to Tuesday.
My neighbour {name} saw the driver leave it at {address}.
The complaint was forwarded to {name}, who will answer from {email}.
"It broke after a week," said {name}, a customer from the north.
I asked {given} and {given} to look at the ticket.
Ticket closed by {name} on behalf of {name}.
{given} never got the voucher, so {given} wrote to us twice.
Contact: {name}, {phone}, {email}
From: {name}\\nTo: {name}\\nSubject: contract\\nPlease sign and send back to {address}.
Signed,\\n{name}
Best wishes,\\n{given} {family}
Can you put me through to {name}? My reference is below and my mobile is {phone}.
The landlord, Mr. {family}, keeps my deposit; his mail is {email}.
Our new engineer {name} starts on Monday; laptop MAC is {mac}.
Mrs {family} asked whether the {given} on the form is her daughter.
I'm {given}, and I bought the blue kettle last week.
my name is {name} and I want to cancel.
Emergency contact for {name}: {name}, {phone}.
Witness {name} lives at {address} and can be reached under {phone}.
The lease between {name} and {name} covers the flat at {address}.
Ich heiße {name} und warte seit zwei Wochen auf meine Bestellung. Sie erreichen mich unter {phone}.
Sehr geehrter Herr {family},\\nbitte überweisen Sie den Betrag auf {iban}.\\nMit freundlichen Grüßen\\n{name}
Die Lieferung soll an {name}, {address} gehen.
Frau {family} wurde am {date} geboren und hat die {id}.
Guten Tag, mein Name ist {name}, meine neue Adresse lautet {address}.
Bonjour, je m'appelle {name} et mon numéro est le {phone}.
Madame {family} habite au {address}; son courriel est {email}.
Cordialement,\\n{name}\\n{phone}
Hola, soy {name} y vivo en {address}. Mi teléfono es {phone}.
La señora {family} llamó desde el {phone} y dejó su {id}.
Buongiorno, mi chiamo {name} e abito in {address}.
Il signor {family} ha pagato con bonifico da {iban}.
Goedemiddag, ik heet {name} en mijn adres is {address}.
Mevrouw {family} belde vanaf {phone} over haar {id}.
User {email} reset the password from {ip} at 10:42.
Insurance claim for {name}: policy holder born {date}, {id}, phone {phone}.
Cc {email} and {email} on everything about the claim.
Backup written to {url}; checksum ok.
webhook secret: {key}
Reservation under the name {name}, two guests, arriving late; call {phone} if needed.
The cheque was made out to {name} and posted to {address}.
Birthday list: {name}, born {date}; {name}, born {date}.
Please add {name} <{email}> to the list.
{name} and {name} were both charged twice for the same order.
Interviewer: {name}. Candidate: {name}. Result: second round.
Driver {given} {family} handed the keys to {given}.
Yesterday {name} told me that {given} had left the company.
Thanks, {given}! You solved it in a minute.
`
  .trim()
  .split("\n")
  .map((line) => line.replaceAll("\\n", "\n"));

/** Texts that name nobody, with many capitalised words. */
export const nameless: readonly string[] = `
The {product} I bought in {place} last {month} stopped charging after two weeks.
Compared with the {product}, the {product} has a brighter screen but a weaker battery.
We flew from {place} to {place} in {month} and the {product} survived the whole trip.
Is the {product} sold in {place}, or only online?
In {month} the {place} office will move to {place}; the {product} licences move with it.
Great value, although the {product} manual is only in {language}.
Shipping from {place} took until the end of {month}, and the {product} box was crushed.
{product} users in {place} report that the {month} update broke Bluetooth.
Support said that my {product} is out of warranty. Terrible.
The museum in {place} opens on {day}, not on {day} as the {product} map says.
Does the {product} work with {product}? The page for {place} does not say.
{month} sales in {place} beat those of {place}; {product} led the list.
I returned the {product} on {day} and got my money back by {month}.
Loved the {product}. Hated the {product}. Never again.
Flights to {place} are cheap in {month}; bring a {product}.
After the {month} recall, {place} banned the {product} from trains.
Best hotel near {place} Central Station, and the breakfast was {language} style.
My order from {place} had a {product} instead of a {product}.
The {language} version of {product} crashes when the clock is set to {place} time.
Will the {product} ship before {month}? May I collect it in {place} on {day}?
Mark the box, bill the {place} warehouse and grace the shelf with a {product} in {month}.
`
  .trim()
  .split("\n");

const list = (text: string): readonly string[] => text.trim().split(/\s*,\s*/);
export const things: Readonly<Record<string, readonly string[]>> = {
  product:
    list(`Kindle Paperwhite, Sony Bravia, Dyson Airwrap, Nespresso Vertuo, Philips Lumea, Bosch Serie, Samsung Galaxy Tab, Garmin Fenix, Fitbit Charge, Roomba Combo, Lenovo Yoga,
    Microsoft Surface, Logitech Craft, Canon Pixma, Nikon Coolpix, Bose Soundlink, Kitchen Aid Artisan, Weber Genesis, Karcher Compact, Osprey Farpoint, Salomon Speedcross, Asics Gel Kayano,
    Patagonia Torrentshell, Thermos Stainless King, Tefal Optigrill, Miele Triflex, Breville Barista Express, Sonos Beam, Ring Doorbell, Nest Thermostat, Instant Pot Duo, Vitamix Explorian,
    Tesla Wall Connector, Adobe Lightroom, Norton Security, Grand Theft Auto, Animal Crossing, Mario Kart, Zelda Tears of the Kingdom, Jordan Retro, Stanley Quencher, Black Decker, Victoria Secret Bombshell,
    Clark Desert Boot, Dr Martens, Ben Sherman Polo, Ralph Lauren Oxford, Johnson Baby Oil, Jack Daniels Honey, Marks Spencer Hamper, Mary Kay Timewise, Wendy Baconator, Carl Zeiss Lens, Harley Street Guard`),
  place:
    list(`Paris, Berlin, Madrid, Rome, Lisbon, Vienna, Prague, Warsaw, Dublin, Oslo, Helsinki, Athens, Istanbul, Cairo, Nairobi, Lagos, Mumbai, Delhi, Bangkok, Hanoi, Singapore, Tokyo, Osaka, Seoul,
    Sydney, Melbourne, Auckland, Toronto, Montreal, Vancouver, Chicago, Boston, Denver, Houston, Phoenix, Charlotte, Jackson, Madison, Lincoln, Florence, Savannah, Orlando, San Antonio, Santa Cruz, St. Louis,
    Salt Lake City, New Orleans, Fort Worth, Rio de Janeiro, Buenos Aires, Lima, Bogotá, Santiago, Georgia, Virginia, Carolina, Jordan, Chad, Israel, Victoria, Adelaide, Darwin, Perth, Wellington, Nelson,
    Lancaster, Preston, Chester, Lincolnshire, Devon, Cornwall, Kent, Somerset, Bavaria, Tuscany, Provence, Andalusia, Lake Garda, Mount Fuji, Cape Town, Victoria Falls, Prince Edward Island`),
  month: list("January, February, March, April, May, June, July, August, September, October, November, December"),
  day: list("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
  language: list(
    "English, German, French, Spanish, Italian, Japanese, Korean, Portuguese, Dutch, Swedish, Turkish, Polish",
  ),
};
