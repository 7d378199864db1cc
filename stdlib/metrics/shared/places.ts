/** Where each unit of a list stands in it, rising. */
export function placesBy(units: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  units.forEach((unit, at) => {
    const own = places.get(unit);
    if (own) own.push(at);
    else places.set(unit, [at]);
  });
  return places;
}
