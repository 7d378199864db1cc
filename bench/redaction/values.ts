/** Generated personal data of every kind. Check digits are computed by separate code. */
import type { Drawing } from "./drawing.js";
import { idOf } from "./ids.js";

export type Maker = (draw: Drawing) => string;
const hex = "0123456789abcdef";
const alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export const phone: Maker = (d) =>
  d.shaped(
    d.of([
      ...[
        "(212) 2##-####",
        "(303) 4##-####",
        "415-3##-####",
        "617.4##.####",
        "+1 312 5## ####",
        "+1-206-6##-####",
        "1-646-2##-####",
      ],
      ...[
        "020 7### ####",
        "0161 4## ####",
        "07911 12####",
        "07700 90####",
        "+44 131 5## ####",
        "+44 7911 12####",
        "01632 96####",
      ],
      ...["030 2#######", "089/5######", "0171 2######", "+49 40 3#######", "+49 (0)221 4######", "0151-2#######"],
      ...["01 4# ## ## ##", "06 1# ## ## ##", "+33 6 2# ## ## ##", "04.78.##.##.##", "+33 1 45 ## ## ##"],
      ...["91 4## ## ##", "612 ## ## ##", "+34 6## ### ###", "934 ### ###"],
      ...["+39 06 4#######", "02 4#######", "347 4######", "+39 333 4######"],
      ...["020-6######", "06-1#######", "+31 20 6## ####", "06 2#######"],
      ...[
        "+48 22 6## ## ##",
        "+41 44 2## ## ##",
        "+43 1 5######",
        "+46 8 5## ### ##",
        "+91 98### #####",
        "+61 2 9### ####",
      ],
    ]),
  );

export const date: Maker = (d) => {
  const [year, month, day] = [d.between(1935, 2008), d.between(1, 12), d.between(1, 28)];
  const two = (n: number): string => String(n).padStart(2, "0");
  const months = "January February March April May June July August September October November December".split(" ");
  return d.of([
    `${String(year)}-${two(month)}-${two(day)}`,
    `${two(month)}/${two(day)}/${String(year)}`,
    `${two(day)}/${two(month)}/${String(year)}`,
    `${two(day)}.${two(month)}.${String(year)}`,
    `${String(day)} ${months[month - 1]!} ${String(year)}`,
    `${months[month - 1]!} ${String(day)}, ${String(year)}`,
    `${months[month - 1]!.slice(0, 3)} ${String(day)}, ${String(year)}`,
  ]);
};

export const card: Maker = (d) => {
  const shape = d.of([
    "4###############",
    "51##############",
    "55##############",
    "2223############",
    "34#############",
    "37#############",
    "6011############",
    "3530############",
    "36############",
  ]);
  const body = d.shaped(shape).slice(0, -1);
  const sum = [...body].reverse().reduce((all, digit, i) => {
    const twice = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return all + (twice > 9 ? twice - 9 : twice);
  }, 0);
  const whole = body + String((10 - (sum % 10)) % 10);
  const grouped = whole.length === 15 ? [4, 10] : whole.length === 14 ? [4, 10] : [4, 8, 12];
  const by = (mark: string): string =>
    [...whole].map((digit, i) => (grouped.includes(i) ? mark + digit : digit)).join("");
  return d.of([whole, by(" "), by(" "), by("-")]);
};

/** Country → pattern of the national account part. */
const accounts: Readonly<Record<string, string>> = {
  DE: "##################",
  FR: "#######################",
  GB: "^^^^##############",
  ES: "####################",
  NL: "^^^^##########",
  IT: "^######################",
  BE: "############",
  AT: "################",
  CH: "#################",
  PL: "########################",
  PT: "#####################",
  SE: "####################",
};
export const iban: Maker = (d) => {
  const country = d.of(Object.keys(accounts));
  const own = d.shaped(accounts[country]!);
  const numbers = [...`${own}${country}00`]
    .map((one) => (/[A-Z]/.test(one) ? String(one.charCodeAt(0) - 55) : one))
    .join("");
  const check = String(98n - (BigInt(numbers) % 97n)).padStart(2, "0");
  const whole = `${country}${check}${own}`;
  return d.of([whole, whole.replace(/.{4}(?=.)/g, "$& ")]);
};

export const nationalId: Maker = (d) => idOf(d);

export const ip: Maker = (d) => {
  const octet = (): string => String(d.between(1, 254));
  const group = (): string => d.word(hex, 4);
  return d.of([
    () => `${d.of(["10", "172", "192", "81", "203"])}.${octet()}.${octet()}.${octet()}`,
    () => `${String(d.between(11, 223))}.${octet()}.${octet()}.${octet()}`.replace(/^127\./, "128."),
    () => Array.from({ length: 8 }, () => `${String(d.upTo(10))}${d.word(hex, 3)}`).join(":"),
    () => `2a02:${group()}::${String(d.between(1, 9))}${d.word(hex, 2)}`,
  ])();
};
export const mac: Maker = (d) => {
  const pairs = Array.from({ length: 6 }, () => d.word(hex, 2));
  return d.of([
    pairs.join(":"),
    pairs.join(":").toUpperCase(),
    pairs.join("-").toUpperCase(),
    `${pairs[0]!}${pairs[1]!}.${pairs[2]!}${pairs[3]!}.${pairs[4]!}${pairs[5]!}`,
  ]);
};
export const url: Maker = (d) => {
  const host = `${d.shaped("@@@@@")}.${d.of(["net", "io", "internal.corp", "com"])}`;
  const pass = d.word(alnum, d.between(6, 14));
  return d.of([
    `https://${d.shaped("@@@@@@")}:${pass}@${host}/repo.git`,
    `postgresql://${d.shaped("@@@@")}:${pass}@${host}:5432/${d.shaped("@@@@@@")}`,
    `mongodb+srv://svc_${d.shaped("@@@")}:${pass}@${host}/prod`,
    `ftp://backup:${pass}@${host}/daily`,
    `redis://:${pass}@${host}:6379/0`,
    `https://${host}/download?file=report.pdf&token=${d.word(alnum, 24)}`,
    `https://api.${host}/v2/users?api_key=${d.word(alnum, 20)}&page=2`,
    `amqp://worker:${pass}@${host}//`,
  ]);
};
export const key: Maker = (d) => {
  const a = (length: number): string => d.word(alnum, length);
  const b = (length: number): string => d.word(`${alnum}-_`, length - 1) + d.word(alnum, 1);
  const h = (length: number): string => d.word(hex, length);
  return d.of([
    () => `AKIA${d.word("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}`,
    () => `ghp_${a(36)}`,
    () => `github_pat_${a(22)}_${a(59)}`,
    () => `glpat-${b(20)}`,
    () => `xoxb-${d.digits(11)}-${d.digits(11)}-${a(24)}`,
    () => `sk_live_${a(24)}`,
    () => `AIza${b(35)}`,
    () => `sk-ant-api03-${b(93)}`,
    () => `sk-proj-${b(74)}`,
    () => `hf_${a(34)}`,
    () => `npm_${a(36)}`,
    () => `pypi-AgEIcHlwaS5vcmc${b(100)}`,
    () => `SG.${b(22)}.${b(43)}`,
    () => `SK${h(32)}`,
    () => `key-${h(32)}`,
    () => `${d.digits(10)}:AA${b(33)}`,
    () => `dop_v1_${h(64)}`,
    () => `shpat_${h(32)}`,
    () => `dapi${h(32)}`,
    () => `lin_api_${a(40)}`,
    () => `hvs.${b(24)}`,
    () => `NRAK-${d.word("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 27)}`,
    () => `eyJhbGciOiJIUzI1NiJ9.eyJ${a(60)}.${b(43)}`,
    () => `gsk_${a(52)}`,
    () => `dckr_pat_${b(27)}`,
    () => `PMAK-${h(24)}-${h(34)}`,
  ])();
};
export const record: Maker = (d) =>
  d.shaped(d.of(["########", "00######", "^##-#####", "^^######", "######-#", "MRN#######"]));

const english =
  "Maple Cedar Elm Willow Juniper Station Harbour Mill Orchard Chestnut Prospect Franklin Lakeview Sycamore Quarry Hawthorn Bellevue Kingfisher Rosewood Summit".split(
    " ",
  );
const towns: Readonly<Record<string, readonly string[]>> = {
  us: [
    "Boulder, CO 80302",
    "Peoria, IL 61602",
    "Tacoma, WA 98402",
    "Athens, GA 30601",
    "Mobile, AL 36602",
    "Eugene, OR 97401",
  ],
  uk: ["Leeds LS1 4AP", "Bristol BS1 5TR", "Exeter EX4 3LS", "Glasgow G2 1DY", "Norwich NR2 1TF"],
  de: ["20095 Hamburg", "50667 Köln", "01067 Dresden", "70173 Stuttgart", "48143 Münster"],
  fr: ["69002 Lyon", "31000 Toulouse", "44000 Nantes", "67000 Strasbourg", "13001 Marseille"],
  es: ["41001 Sevilla", "46002 Valencia", "50001 Zaragoza", "29005 Málaga"],
  it: ["20121 Milano", "10121 Torino", "50122 Firenze", "80132 Napoli"],
  nl: ["3511 AX Utrecht", "9711 LM Groningen", "5611 EM Eindhoven", "2311 GJ Leiden"],
};
export const address: Maker = (d) => {
  const number = String(d.between(1, 240));
  return d.of([
    () =>
      `${number} ${d.of(english)} ${d.of(["Street", "Ave", "Road", "Drive", "Lane", "Blvd", "Court", "Way"])}, ${d.of(towns["us"]!)}`,
    () =>
      `${number} ${d.of(english)} ${d.of(["St.", "Avenue", "Rd", "Place"])}, Apt ${String(d.between(1, 40))}, ${d.of(towns["us"]!)}`,
    () =>
      `${number} ${d.of(english)} ${d.of(["Road", "Close", "Crescent", "Gardens", "Terrace", "Grove"])}, ${d.of(towns["uk"]!)}`,
    () => `${number} ${d.of(english)} ${d.of(["Street", "Lane", "Road"])}`,
    () =>
      `${d.of(["Lindenstraße", "Goethestr.", "Am Stadtpark", "Rosenweg", "Bahnhofstraße", "Schillerplatz", "Kastanienallee"])} ${number}, ${d.of(towns["de"]!)}`,
    () =>
      `${number}, ${d.of(["rue Victor Hugo", "avenue Jean Jaurès", "boulevard de la Liberté", "place Bellecour", "chemin des Vignes", "rue du Moulin"])}, ${d.of(towns["fr"]!)}`,
    () =>
      `${d.of(["Calle Mayor", "Avenida de la Constitución", "Calle de Alcalá", "Plaza Nueva", "Paseo de Gracia"])}, ${number}, ${d.of(towns["es"]!)}`,
    () =>
      `${d.of(["Via Garibaldi", "Corso Vittorio Emanuele", "Piazza del Duomo", "Viale Monza"])} ${number}, ${d.of(towns["it"]!)}`,
    () =>
      `${d.of(["Oudegracht", "Stationsweg", "Molenstraat", "Julianalaan", "Kerkplein"])} ${number}, ${d.of(towns["nl"]!)}`,
  ])();
};
