/**
 * 128 short English nouns, 7 bits each, from which canaries are built. Their order must never change: a seed would then
 * give other canaries.
 */
export const CANARY_WORDS: readonly string[] = (
  "anchor apple arrow basket beach bell bird boat bottle bridge brush bucket button cabin camel candle carpet castle " +
  "chain cherry circle cliff clock cloud coat copper cotton cradle crown curtain desert diamond door dragon drum eagle " +
  "engine feather fence field finger flag flute forest fork fountain garden glass glove goat grape hammer harbor hat hill " +
  "honey horse island ivory jacket jewel kettle key kitchen kite ladder lake lamp leaf lemon lion mango map marble market " +
  "meadow melon mirror monkey moon mountain needle nest north oak ocean olive onion orange oven owl paint palace paper " +
  "pearl pencil piano pillow pine planet pocket pond potato rabbit rain ribbon ring river roof rope saddle sail salt " +
  "sand scarf shadow shell ship shoe silver snow spoon star stone sugar table temple tiger"
).split(" ");
