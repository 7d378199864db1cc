/** Scores how likely a part of a text is a person's name, from its words and its context. */
import { nameContextOf } from "./name-context.js";
import { lookUpWord, type WordListMembership } from "./lists.js";
import type { NamePart } from "./parts.js";
import { isUnambiguousGivenName, type NameToken } from "./tokens.js";

/**
 * Names of firms, works, dishes, plants and other things that are, or look like, names of people; by their first two
 * words.
 */
export const brandsLikeNames: ReadonlySet<string> = new Set(
  `paul_smith jim_beam sam_adams johnny_walker johnnie_walker captain_morgan michael_kors marc_jacobs kate_spade calvin_klein ralph_lauren tommy_hilfiger hugo_boss jack_daniel jack_daniels ben_jerry mary_kay karl_lagerfeld tom_ford stella_mccartney vera_wang tory_burch kenneth_cole perry_ellis ted_baker tommy_bahama jack_wolfskin helly_hansen betty_crocker duncan_hines oscar_mayer jimmy_dean little_debbie aunt_jemima uncle_ben dr_pepper ronald_mcdonald burger_king taco_bell tim_hortons charles_schwab morgan_stanley jp_morgan edward_jones merrill_lynch john_deere mack_truck rolls_royce aston_martin alfa_romeo louis_vuitton jimmy_choo manolo_blahnik christian_dior yves_rocher estee_lauder elizabeth_arden helena_rubinstein bobbi_brown max_factor paul_mitchell vidal_sassoon james_bond harry_potter mickey_mouse donald_duck mario_kart tony_hawk tom_clancy lara_croft raspberry_pi victoria_secret dr_martens dr_oetker carl_zeiss ben_sherman fred_perry harvey_nichols harvey_norman david_jones peter_jones john_lewis karen_millen dorothy_perkins laura_ashley jack_wills jack_jones massimo_dutti adolfo_dominguez miguel_torres marco_polo gerry_weber peter_hahn betty_barclay tom_tailor philipp_plein jil_sander steve_madden ann_taylor eddie_bauer brooks_brothers johnston_murphy cole_haan jenny_craig sara_lee mrs_fields famous_amos papa_john papa_johns jimmy_johns carls_jr bob_evans johnny_rockets fannie_mae freddie_mac sallie_mae russell_stover jack_links slim_jim foster_farms mr_clean mr_kipling mr_muscle mr_bean uncle_bens aunt_bessie aunt_bessies dr_scholl dr_dre john_frieda toni_guy laura_mercier nina_ricci carolina_herrera jean_paul yves_saint saint_laurent christian_louboutin salvatore_ferragamo roberto_cavalli giorgio_armani emporio_armani dolce_gabbana miu_miu franck_muller patek_philippe girard_perregaux vacheron_constantin audemars_piguet ulysse_nardin raymond_weil maurice_lacroix daniel_wellington tag_heuer jaeger_lecoultre alfred_dunhill paul_shark henri_lloyd austin_healey harley_davidson royal_enfield harman_kardon bang_olufsen bowers_wilkins black_decker smith_wesson johnson_johnson procter_gamble ernst_young price_waterhouse booz_allen lehman_brothers goldman_sachs raymond_james wells_fargo arthur_andersen baker_hughes baker_mckenzie foster_wheeler jones_lang knight_frank cushman_wakefield coldwell_banker william_hill paddy_power thomas_cook henry_schein philip_morris benson_hedges evan_williams elijah_craig george_dickel william_grant dom_perignon veuve_clicquot moet_chandon laurent_perrier perrier_jouet pol_roger louis_roederer don_julio jose_cuervo remy_martin samuel_adams samuel_smith stella_artois estrella_damm estrella_galicia houghton_mifflin harper_collins simon_schuster john_wiley mcgraw_hill warner_bros warner_brothers walt_disney metro_goldwyn hanna_barbera madame_tussauds madame_tussaud fisher_price milton_bradley parker_brothers johns_hopkins carnegie_mellon george_washington brigham_young barnes_noble foot_locker earl_grey lady_grey max_mara max_planck leroy_merlin jacques_vabre pere_dodu alain_afflelou jean_louis franck_provost jacques_dessange marie_claire pierre_cardin guy_degrenne robert_laffont jean_coutu don_simon giovanni_rana martini_rossi mulino_bianco ritter_sport peek_cloppenburg rolf_benz albert_heijn douwe_egberts jan_linders morphy_richards russell_hobbs kenneth_turner royal_doulton villeroy_boch marks_spencer robert_bosch rosenthal_porzellan jamie_oliver gordon_ramsay joseph_joseph le_creuset emma_bridgewater cath_kidston thomas_pink charles_tyrwhitt moss_bros ben_sherman stanley_quencher weber_genesis wendy_baconator toyota_camry peterson_guide moby_dick jane_eyre oliver_twist david_copperfield anna_karenina madame_bovary dorian_gray tom_sawyer huckleberry_finn robinson_crusoe don_quixote don_quijote king_lear julius_caesar peter_pan mary_poppins pippi_longstocking sherlock_holmes indiana_jones forrest_gump annie_hall jackie_brown donnie_darko billy_elliot erin_brockovich jerry_maguire john_wick jason_bourne austin_powers ace_ventura bridget_jones citizen_kane rosemary_baby ted_lasso ally_mcbeal doctor_who jessica_jones luke_cage peppa_pig max_payne alan_wake don_giovanni madama_butterfly peter_grimes billy_budd mona_lisa darth_vader luke_skywalker han_solo frodo_baggins bilbo_baggins katniss_everdeen bart_simpson homer_simpson charlie_brown bugs_bunny daffy_duck woody_woodpecker santa_claus father_christmas jack_frost uncle_sam robin_hood king_arthur winnie_pooh emil_tischbein max_moritz hansel_gretel frau_holle don_camillo steak_diane eggs_benedict peach_melba beef_wellington beef_stroganoff chicken_kiev caesar_salad cobb_salad bloody_mary shirley_temple tom_collins harvey_wallbanger arnold_palmer roy_rogers granny_smith pink_lady king_edward maris_piper charlotte_russe crepe_suzette belle_helene sloppy_joe general_tso john_dory strammer_max arme_ritter kalter_hund sweet_william herb_robert queen_anne johnny_jump joe_pye creeping_jenny creeping_charlie busy_lizzie fleissiges_lieschen jack_russell saint_bernard king_charles san_pellegrino santa_lucia ben_nevis amber_alert santa_margherita aston_villa bob_cat jack_pot victoria_sponge battenberg_cake bakewell_tart chelsea_bun eccles_cake nissan_micra renault_clio fiat_panda alfa_giulia alfa_giulietta lancia_ypsilon skoda_octavia seat_leon opel_corsa ford_fiesta dacia_sandero mini_cooper honda_jazz nissan_leaf`.split(
    " ",
  ),
);

export const NAME_WEIGHT_THRESHOLD = 0.85;

export interface WeighedName {
  readonly tokens: readonly NameToken[];
  readonly weight: number;
}

export interface TextStyle {
  /** True if nouns are capitalized. */
  readonly german: boolean;
  /** True if most words are capitalized, as in a title or a list of products. */
  readonly headline: boolean;
  readonly shouted: boolean;
  /** True if many words within sentences are capitalized, as in lists of firms, dishes or clubs. */
  readonly dense: boolean;
}
const germanWords = new Set(
  "und nicht der die das ist ich wir mit für auf ein eine einen bitte habe sie ihr euch kann könnt können hier gestern heute morgen noch wird haben sind gibt vom zum zur bei beim wurde ihre seine mein meine".split(
    " ",
  ),
);
/** Computes the style on demand, because most texts do not need it. */
export function lazyStyleOf(text: string, tokens: readonly NameToken[]): () => TextStyle {
  let style: TextStyle | undefined;
  return () => (style ??= judged(text.slice(0, 2000), tokens));
}
function judged(head: string, tokens: readonly NameToken[]): TextStyle {
  const all = head.match(/\p{L}+/gu) ?? [];
  const words = all.length;
  let german = 0;
  for (const word of all) if (word.length < 8 && germanWords.has(word)) german++;
  const seen = tokens.filter(({ start }) => start < head.length);
  const shouted = seen.filter((token) => token.shouted).length;
  // Capitalized although no sentence begins there.
  const within = seen.filter(
    ({ start }) => head[start - 1] === " " && /[\p{Ll},;:]/u.test(head[start - 2] ?? ""),
  ).length;
  return {
    german: german >= Math.max(2, words / 20),
    headline: words >= 5 && seen.filter(({ known }) => known.word || known.brand).length > words * 0.4,
    shouted: words >= 4 && shouted > words * 0.7,
    dense: words >= 20 && within > words * 0.18,
  };
}

export function weighName(text: string, part: NamePart, style: () => TextStyle): WeighedName {
  const { tokens, titled, head, tail } = part;
  const full = tokens.filter(({ initial }) => !initial);
  const ownWeight = full.length === 0 ? 0 : ownWorth(full, tokens.length > full.length, style);
  const whole = [...(head ? [head] : []), ...tokens, ...(tail ? [tail] : [])];
  // Among many names of things, a person's name needs evidence.
  const crowd = (): number => (style().dense ? 0.8 : 0);
  if (isHouse(text, tokens)) return { tokens, weight: 0 };
  if (titled)
    return {
      tokens: tail ? [...tokens, tail] : tokens,
      weight: ownWeight + (part.weak ? 0.2 - crowd() : 1) + contextOf(text, tokens, false).weight,
    };
  if (ownWeight <= 0) return { tokens, weight: 0 };
  if (part.thing) {
    const { isEvident, weight } = contextOf(text, tokens, true);
    return { tokens, weight: isEvident && ownWeight > 0.5 ? ownWeight + weight : 0 };
  }
  const town = tokens.length > 1 && lookUpWord(tokens.map(({ plain }) => plain).join(" ")).place;
  const place = town || tokens.every(({ known }) => known.place && !known.first);
  const around = contextOf(text, whole, place);
  if (around.isEvident) return { tokens: whole, weight: ownWeight + around.weight + 0.2 };
  if (town) return { tokens, weight: 0 };
  const { weight, sentenceStart } = head || tail ? contextOf(text, tokens, place) : around;
  const lone = tokens.length === 1;
  const doubts =
    (lone && full[0]!.known.common ? 0.4 : 0) +
    (lone && sentenceStart && full[0]!.known.word ? 0.5 : 0) +
    (lone ? loneDoubt(tokens[0]!, style) : 0) +
    (tail ? (style().german ? 0.05 : lone ? 0.4 : 0.2) : 0) +
    (lone && full[0]!.known.place ? 0.2 : 0);
  const places = !lone && tokens.every(({ known }) => known.place) ? crowd() : 0;
  const all = doubts + (weight < 0.5 ? crowd() : 0) + places;
  return { tokens, weight: ownWeight <= all ? 0 : ownWeight - all + weight };
}

function contextOf(text: string, tokens: readonly NameToken[], place: boolean): ReturnType<typeof nameContextOf> {
  return nameContextOf(text, tokens[0]!.start, tokens[tokens.length - 1]!.end, place);
}

/** Doubt about a single word. Outside lists of things, an unambiguous given name needs no further evidence. */
function loneDoubt(token: NameToken, style: () => TextStyle): number {
  const { german, headline, dense } = style();
  if (isUnambiguousGivenName(token) && !token.known.brand && !headline && !dense) return german ? -0.1 : -0.05;
  return german || headline ? 0.3 : token.known.rare && !dense ? 0 : 0.1;
}

/** Returns true for a firm's name that looks like a person's: `Paul Smith`, `Captain Morgan`. */
function isHouse(text: string, tokens: readonly NameToken[]): boolean {
  const [first, second] = [tokens[0]!, tokens[1]];
  if (second) return brandsLikeNames.has(`${first.plain}_${second.plain}`);
  const before = /(\p{L}+) $/u.exec(text.slice(Math.max(0, first.start - 16), first.start))?.[1];
  return before !== undefined && brandsLikeNames.has(`${before.toLowerCase()}_${first.plain}`);
}

/** Returns true for a word in no list: two such words next to each other are nearly always a name. */
const unlisted = ({ known: { first, last, rare, word, place, brand } }: NameToken): boolean =>
  !first && !last && !rare && !word && !place && !brand;

/** Scores the words alone, without their context. */
function ownWorth(full: readonly NameToken[], initials: boolean, style: () => TextStyle): number {
  let total = 0;
  for (const [i, { known }] of full.entries())
    if (i < 3) total += worth(known, i > 0 || initials, () => (style().german || style().headline ? 0.4 : 1));
  if (full.length > 1) total += full[0]!.known.first || full.every(unlisted) ? 0.35 : 0.15;
  if (initials) total += 0.5;
  if (full.some(({ shouted }) => shouted) && !style().shouted)
    total -= full.length > 1 && full.every(({ known }) => known.first || known.last) ? 0.2 : 0.6;
  return total;
}

/** @param later true if not the first word of the name, where a family name is likelier */
function worth(
  { first, last, rare, word, place, brand, common, spelt }: WordListMembership,
  later: boolean,
  unknown: () => number,
): number {
  const sure = word || common ? 0.45 : place ? 0.65 : 1;
  if (first && !(later && last)) return 0.85 * sure;
  if (last) return (later ? 0.75 : 0.5) * sure;
  if (rare) return (later ? 0.65 : 0.5) * sure;
  if (brand || word) return 0;
  if (place) return 0.1;
  const like = spelt > 1.5 ? 0.55 : spelt > 0.5 ? 0.45 : spelt > -0.5 ? 0.35 : spelt > -2.5 ? 0.25 : 0.1;
  return like * unknown();
}
