import type { Scene } from '../scene.ts';
import type { DisplayState } from '../state.ts';
import { ageWords } from '../words.ts';
import type { LiveContext } from './context.ts';
import { metricsOf } from './metrics.ts';
import { type Area, hasHints, header, hints } from './parts.ts';
import { Sheet } from './sheet.ts';

/** Wide enough to name the team beside its colour. */
const TEAM_NAME_WIDTH_MIN = 400;

/** Who was heard last, as many as there is room for. */
export function drawRoster(
  sheet: Sheet,
  { team: { roster, connectedCount } }: DisplayState,
  area: Area,
  { size, pitch }: { size: number; pitch: number },
): void {
  const rows = Math.max(0, Math.floor(area.height / pitch));
  if (roster.length === 0 && rows > 0) {
    sheet.text('Scan the code to add a phone.', area.x, area.y + pitch * 0.75, {
      size,
      role: 'quiet',
      maxWidth: area.width,
    });
    return;
  }
  // Those whom the list leaves out are in the count; the last row says how many they are.
  const hasMore = connectedCount > rows && rows > 4;
  const shown = roster.slice(0, hasMore ? rows - 1 : rows);
  const right = area.x + area.width;
  const namesTeam = area.width >= TEAM_NAME_WIDTH_MIN;
  for (const [index, member] of shown.entries()) {
    const baseline = area.y + index * pitch + pitch * 0.72;
    sheet.team(member.team, area.x + size * 0.5, baseline - size * 0.34, Math.round(size * 1.1));
    const ageWidth = size * 4;
    const teamWidth = namesTeam ? area.width * 0.3 : 0;
    const x = area.x + size * 1.5;
    sheet.text(member.callsign, x, baseline, {
      size,
      weight: 700,
      maxWidth: right - x - ageWidth - teamWidth,
    });
    if (namesTeam) {
      sheet.text(member.team ?? 'no team', right - ageWidth - teamWidth, baseline, {
        size,
        role: 'quiet',
        maxWidth: teamWidth,
      });
    }
    sheet.text(ageWords(member.heardAgoMs), right, baseline, {
      size,
      role: 'quiet',
      align: 'right',
      maxWidth: ageWidth,
    });
  }
  if (hasMore) {
    const baseline = area.y + shown.length * pitch + pitch * 0.72;
    const words = `and ${connectedCount - shown.length} more`;
    sheet.text(words, area.x + size * 1.5, baseline, { size, role: 'quiet' });
  }
}

/** The roster on a screen of its own, where the idle screen has no room for it. */
export function people(context: LiveContext): Scene {
  const sheet = new Sheet(context, 'people');
  const { state, design, controls } = context;
  const { margin, top, bottom, lead, hints: hintRoom } = metricsOf(design);
  header(sheet, 'Heard last', `${state.team.connectedCount} on the map`);
  const end = hasHints(sheet) ? bottom - hintRoom : bottom;
  const area = { x: margin, y: top, width: design.width - 2 * margin, height: end - top };
  drawRoster(sheet, state, area, { size: lead, pitch: Math.round(lead * 1.7) });
  hints(sheet, { first: 'Pair a screen', second: 'More', touch: 'Touch for more' });
  sheet.touch(0, 0, design.width, design.height, 'next-page');
  return sheet.scene(controls.hasButtons ? { first: 'open-pairing', second: 'next-page' } : {});
}
