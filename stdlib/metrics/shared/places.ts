/** Positions of each unit in a list, ascending. */
export function placesByUnit(units: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  units.forEach((unit, index) => {
    const unitPlaces = places.get(unit);
    if (unitPlaces) unitPlaces.push(index);
    else places.set(unit, [index]);
  });
  return places;
}
