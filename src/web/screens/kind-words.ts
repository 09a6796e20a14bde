import type { PairingRequest } from '../api/generated.ts';
import { createWords } from '../words/words.ts';

const t = createWords({
  tv: ['TV', 'Fernseher'],
  watch: ['Watch', 'Uhr'],
  screen: ['Screen', 'Bildschirm'],
});

export function kindWords(kind: PairingRequest['kind']): string {
  return t(kind);
}
