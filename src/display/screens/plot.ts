import type { DisplayState, Position, TeamMember } from '../state.ts';
import { widthOf } from '../type.ts';
import { distanceWords, offsetOf } from '../words.ts';
import type { Area } from './parts.ts';
import type { Sheet } from './sheet.ts';

/** The farthest ring is one of these (metres, in the kit's units): figures that people can divide in their head. */
const METRIC_RINGS = [1, 10, 100, 1_000].flatMap((ten) => [100 * ten, 200 * ten, 300 * ten, 500 * ten]);
const MILE_M = 1_609.344;
const NAUTICAL_MILE_M = 1_852;
const MILES = [0.1, 1, 10, 100].flatMap((ten) => [ten, 2 * ten, 3 * ten, 5 * ten]);

const LABEL = { size: 28, weight: 700, face: 'next' } as const;
const LABEL_HEIGHT = LABEL.size * 1.2;
const MARK_SIZE = 28;

interface Placed {
  readonly member: TeamMember;
  readonly x: number;
  readonly y: number;
}

/**
 * Where everybody is: north up, with rings of distance around the kit, or around the team's middle where the kit
 * does not know its place. No map lies below it, so it needs none.
 */
export function drawPlot(sheet: Sheet, state: DisplayState, area: Area): void {
  const radius = Math.min(area.width, area.height) / 2 - 8;
  const centre = { x: area.x + area.width / 2, y: area.y + radius + 8 };
  const known = state.team.roster.filter((member) => member.position !== undefined);
  const middle = state.position ?? middleOf(known.map(({ position }) => position as Position));

  for (const share of [1, 0.5]) sheet.shape('ring', centre.x, centre.y, radius * 2 * share, 'line');
  sheet.text('N', centre.x, centre.y - radius + 36, { ...LABEL, role: 'quiet', align: 'center' });
  if (middle === undefined) {
    const words = state.team.connectedCount === 0 ? 'Nobody on the map' : 'No positions yet';
    sheet.text(words, centre.x, centre.y + 12, { size: 32, role: 'quiet', align: 'center' });
    return;
  }

  const offsets = known.map((member) => ({ member, ...offsetOf(middle, member.position as Position) }));
  const ringM = ringFor(Math.max(0, ...offsets.map(({ metres }) => metres)), state);
  const bottom = centre.y + radius;
  for (const share of [1, 0.5]) {
    sheet.text(
      distanceWords(ringM * share, state.formats.distance).replace('.0 ', ' '),
      centre.x,
      bottom - radius * (1 - share) - 12,
      {
        size: 28,
        role: 'quiet',
        align: 'center',
      },
    );
  }
  if (state.position !== undefined) sheet.shape('square', centre.x, centre.y, 20, 'accent');

  const placed = offsets.map(({ member, metres, bearingDeg }) => {
    const angle = (bearingDeg * Math.PI) / 180;
    const reach = (Math.min(metres, ringM) / ringM) * radius;
    return { member, x: centre.x + Math.sin(angle) * reach, y: centre.y - Math.cos(angle) * reach };
  });
  const marks = [around(centre.x, centre.y), around(centre.x, centre.y - radius + LABEL.size)];
  drawMembers(sheet, placed, area, marks);
}

/** Marks for all, names for those whose names cover nobody else; heard last goes first. */
function drawMembers(sheet: Sheet, placed: readonly Placed[], area: Area, marks: readonly Area[]): void {
  const taken: Area[] = [...marks, ...placed.map(({ x, y }) => around(x, y))];
  for (const { member, x, y } of placed) sheet.team(member.team, Math.round(x), Math.round(y), MARK_SIZE);
  for (const { member, x, y } of placed) {
    const width = Math.min(widthOf(member.callsign, LABEL), 220);
    const beside = y - LABEL.size * 0.6;
    const places = [
      { x: x + MARK_SIZE, y: beside },
      { x: x - MARK_SIZE - width, y: beside },
      { x: x - width / 2, y: y - MARK_SIZE * 0.6 - LABEL_HEIGHT },
      { x: x - width / 2, y: y + MARK_SIZE * 0.6 },
    ].map((corner) => ({ ...corner, width, height: LABEL_HEIGHT }));
    const free = places.find(
      (place) => isInside(place, area) && !taken.some((other) => overlap(place, other)),
    );
    if (free === undefined) continue;
    taken.push(free);
    sheet.text(member.callsign, free.x, free.y + LABEL.size * 0.94, { ...LABEL, maxWidth: width + 1 });
  }
}

function around(x: number, y: number): Area {
  return { x: x - MARK_SIZE / 2, y: y - MARK_SIZE / 2, width: MARK_SIZE, height: MARK_SIZE };
}

function isInside(inner: Area, outer: Area): boolean {
  return inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width;
}

function overlap(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function ringFor(farthestM: number, { formats: { distance } }: DisplayState): number {
  const unit = distance === 'nautical' ? NAUTICAL_MILE_M : MILE_M;
  const rings = distance === 'metric' ? METRIC_RINGS : MILES.map((miles) => miles * unit);
  return rings.find((ring) => ring >= farthestM) ?? farthestM;
}

/** The middle of those who are there: medians, so that one lost phone far away does not move it. */
function middleOf(positions: readonly Position[]): Position | undefined {
  const lat = median(positions.map((position) => position.lat));
  const lon = median(positions.map((position) => position.lon));
  return lat === undefined || lon === undefined ? undefined : { lat, lon };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
