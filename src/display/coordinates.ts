import { mgrs } from './mgrs.ts';
import type { DisplayFormats, Position } from './state.ts';

/** A position as the kit is set to say it; 5 decimals are about a metre. */
export function coordinateWords(position: Position, format: DisplayFormats['coordinates']): string {
  if (format === 'dms') return `${dms(position.lat, 'N', 'S')}  ${dms(position.lon, 'E', 'W')}`;
  // The grid ends near the poles; degrees do not.
  return (
    (format === 'mgrs' ? mgrs(position) : undefined) ?? `${degrees(position.lat)}  ${degrees(position.lon)}`
  );
}

function degrees(value: number): string {
  // A true minus sign is as wide as a digit; the hyphen is easily overlooked.
  return value.toFixed(5).replace('-', '−');
}

function dms(value: number, positive: string, negative: string): string {
  const tenths = Math.round(Math.abs(value) * 36_000);
  const seconds = (tenths % 600) / 10;
  const minutes = Math.floor(tenths / 600) % 60;
  const whole = Math.floor(tenths / 36_000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${whole}°${two(minutes)}'${seconds.toFixed(1).padStart(4, '0')}"${value < 0 ? negative : positive}`;
}
