/** Detectable languages: `eld`'s ISO 639-1 codes and English names. */
const names: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "am Amharic,ar Arabic,az Azerbaijani,be Belarusian,bg Bulgarian,bn Bengali,ca Catalan,cs Czech,da Danish,de German,el Greek," +
    "en English,es Spanish,et Estonian,eu Basque,fa Persian,fi Finnish,fr French,gu Gujarati,he Hebrew,hi Hindi,hr Croatian," +
    "hu Hungarian,hy Armenian,is Icelandic,it Italian,ja Japanese,ka Georgian,kn Kannada,ko Korean,ku Kurdish,lo Lao," +
    "lt Lithuanian,lv Latvian,ml Malayalam,mr Marathi,ms Malay,nl Dutch,no Norwegian,or Odia,pa Punjabi,pl Polish,pt Portuguese," +
    "ro Romanian,ru Russian,sk Slovak,sl Slovene,sq Albanian,sr Serbian,sv Swedish,ta Tamil,te Telugu,th Thai,tl Tagalog," +
    "tr Turkish,uk Ukrainian,ur Urdu,vi Vietnamese,yo Yoruba,zh Chinese"
  )
    .split(",")
    .map((pair) => [pair.slice(0, 2), pair.slice(3)]),
);

export const languageCodes: readonly string[] = Object.keys(names);

/** `de` → `German`. */
export function languageName(code: string): string {
  return names[code] ?? code;
}

/** Maps names and other codes to ours, for help: `german`, `deu`, `nb`. */
export const languageAliases: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(names).map(([code, name]) => [name.toLowerCase(), code])),
  eng: "en",
  deu: "de",
  ger: "de",
  fra: "fr",
  fre: "fr",
  spa: "es",
  por: "pt",
  ita: "it",
  nld: "nl",
  rus: "ru",
  zho: "zh",
  jpn: "ja",
  kor: "ko",
  ara: "ar",
  nb: "no",
  nn: "no",
  nob: "no",
  iw: "he",
  jp: "ja",
  cn: "zh",
  ua: "uk",
  gr: "el",
  cz: "cs",
  dk: "da",
  se: "sv",
};
