import encodeQR from 'qr';

/** `true` is dark; rows from the top, with the quiet zone. */
export type QrModules = readonly (readonly boolean[])[];

/** Light modules around the code that readers need (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** A screen shows two at once; a scene is made anew each second. */
const REMEMBERED_MAX = 8;
const remembered = new Map<string, QrModules>();

/** The same text gives the same code; the last few are kept, as making one takes milliseconds on a small kit. */
export function qrModules(text: string, correction: 'medium' | 'low'): QrModules {
  const key = `${correction} ${text}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const modules = encodeQR(text, 'raw', { ecc: correction, border: QUIET_ZONE });
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(key, modules);
  return modules;
}
