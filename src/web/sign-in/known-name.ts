import { signal } from '@preact/signals';

/** Who is about to sign in, as far as a page before has found out: the name need not be typed. */
export const knownName = signal('');
