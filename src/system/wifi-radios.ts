/** A Wi-Fi device that NetworkManager has charge of. */
export interface Radio {
  readonly device: string;
  readonly isReady: boolean;
  /** Name of what it is used for now; '' for nothing. */
  readonly connection: string;
}

/** Interface names of the kernel: no slash, no space, at most 15 bytes. */
const DEVICE = /^[A-Za-z0-9_.-]{1,15}$/;
const NOT_OURS = ['unmanaged'];
const NOT_READY = ['unavailable'];

/** Reads `nmcli -t -f DEVICE,TYPE,STATE,CONNECTION device`: one device a line, `:` and `\` with a `\` before. */
export function parseRadios(text: string): readonly Radio[] {
  return text
    .split('\n')
    .map(fieldsOf)
    .filter(([device = '', type, state = '']) => {
      return type === 'wifi' && DEVICE.test(device) && !NOT_OURS.some((word) => state.startsWith(word));
    })
    .map(([device = '', , state = '', connection = '']) => ({
      device,
      isReady: !NOT_READY.some((word) => state.startsWith(word)),
      connection,
    }));
}

/** The one that is the hotspot already, else a ready one that nothing runs on, else the first. */
export function chooseRadio(radios: readonly Radio[], hotspot = 'bivouac-hotspot'): Radio | undefined {
  const sorted = [...radios].sort((a, b) => (a.device < b.device ? -1 : 1));
  return (
    sorted.find(({ connection }) => connection === hotspot) ??
    sorted.find(({ isReady, connection }) => isReady && connection === '') ??
    sorted.find(({ isReady }) => isReady) ??
    sorted[0]
  );
}

function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at];
    if (character === ':') {
      fields.push(field);
      field = '';
      continue;
    }
    // What follows a backslash is meant as it is.
    if (character === '\\') at += 1;
    field += line[at] ?? '';
  }
  return [...fields, field];
}
