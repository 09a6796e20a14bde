import { signal } from '@preact/signals';
import type { Place } from '../screen/board.ts';

/** Where this watch is, once somebody asked for distances and the browser allows it. It stays on the watch. */
export const ownPlace = signal<Place | undefined>(undefined);

const ASKED_KEY = 'bivouac.watch.distances';
const POSITION_AGE_MAX_MS = 30_000;

let isWatching = false;

export function askForPlace(): void {
  localStorage.setItem(ASKED_KEY, 'yes');
  if (isWatching || !('geolocation' in navigator)) return;
  isWatching = true;
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      ownPlace.value = { lat: coords.latitude, lon: coords.longitude };
    },
    () => {
      ownPlace.value = undefined;
    },
    { enableHighAccuracy: false, maximumAge: POSITION_AGE_MAX_MS },
  );
}

/** Goes on with what was asked for once. */
export function placeAsBefore(): void {
  if (localStorage.getItem(ASKED_KEY) !== null) askForPlace();
}
