import type { Position } from './state.ts';

/**
 * Military Grid Reference System, as NGA.STND.0037 defines it on WGS 84. Undefined beyond 84° N and 80° S,
 * where another grid (UPS) takes over that no ground team on a local network needs.
 */
export function mgrs(position: Position): string | undefined {
  const { lat, lon: anyLon } = position;
  if (!(lat >= -80 && lat < 84)) return undefined;
  const lon = ((((anyLon + 180) % 360) + 360) % 360) - 180;
  const zone = zoneOf(lat, lon);
  const { easting, northing } = utm(lat, lon, zone);

  const band = BANDS[Math.min(Math.floor((lat + 80) / 8), BANDS.length - 1)];
  const column = COLUMNS[(zone - 1) % 3]?.[Math.floor(easting / 100_000) - 1];
  // Odd zones start at A, even ones at F.
  const row = ROWS[(Math.floor(northing / 100_000) + (zone % 2 === 0 ? 5 : 0)) % 20];
  return `${zone}${band} ${column}${row} ${metres(easting)} ${metres(northing)}`;
}

/** I and O are left out everywhere: they look like 1 and 0. */
const BANDS = 'CDEFGHJKLMNPQRSTUVWX';
const COLUMNS = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'];
const ROWS = 'ABCDEFGHJKLMNPQRSTUV';

function metres(value: number): string {
  return String(Math.floor(value % 100_000)).padStart(5, '0');
}

/** Zones of 6°, but for the south-west of Norway and for Svalbard. */
function zoneOf(lat: number, lon: number): number {
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;
  if (lat >= 72 && lon >= 0 && lon < 42) {
    if (lon < 9) return 31;
    if (lon < 21) return 33;
    return lon < 33 ? 35 : 37;
  }
  return Math.floor((lon + 180) / 6) + 1;
}

const FLATTENING = 1 / 298.257223563;
const EQUATOR_M = 6_378_137;
const SCALE = 0.9996;
const FALSE_EASTING_M = 500_000;
const FALSE_NORTHING_M = 10_000_000;
/** Third flattening; the series are Krüger's, good to a millimetre within a zone. */
const N = FLATTENING / (2 - FLATTENING);
const MERIDIAN_M = (EQUATOR_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const SERIES = [
  N / 2 - (2 * N ** 2) / 3 + (5 * N ** 3) / 16,
  (13 * N ** 2) / 48 - (3 * N ** 3) / 5,
  (61 * N ** 3) / 240,
];

function utm(lat: number, lon: number, zone: number): { easting: number; northing: number } {
  const phi = (lat * Math.PI) / 180;
  const lambda = ((lon - (zone * 6 - 183)) * Math.PI) / 180;
  const eccentricity = (2 * Math.sqrt(N)) / (1 + N);
  const conformal = Math.sinh(
    Math.atanh(Math.sin(phi)) - eccentricity * Math.atanh(eccentricity * Math.sin(phi)),
  );
  const xi = Math.atan2(conformal, Math.cos(lambda));
  const eta = Math.atanh(Math.sin(lambda) / Math.hypot(1, conformal));
  let east = eta;
  let north = xi;
  for (const [index, term] of SERIES.entries()) {
    const order = 2 * (index + 1);
    east += term * Math.cos(order * xi) * Math.sinh(order * eta);
    north += term * Math.sin(order * xi) * Math.cosh(order * eta);
  }
  return {
    easting: FALSE_EASTING_M + SCALE * MERIDIAN_M * east,
    northing: (lat < 0 ? FALSE_NORTHING_M : 0) + SCALE * MERIDIAN_M * north,
  };
}
