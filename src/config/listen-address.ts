import { z } from 'zod';
import type { ListenAddress } from '../core/address.ts';

/**
 * `HOST:PORT`, IPv6 in brackets (`[::]:8089`), a comma list of them, or `off` (an empty list).
 * Returns a sentence that says what is wrong where it is none of these.
 */
export function parseListen(text: string): readonly ListenAddress[] | { readonly problem: string } {
  const trimmed = text.trim();
  if (trimmed === 'off') return [];
  const addresses: ListenAddress[] = [];
  for (const part of trimmed.split(',')) {
    const match = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(part.trim());
    const port = Number(match?.[3]);
    if (match === null || port > 65_535) {
      return { problem: `"${part.trim()}" is not HOST:PORT (IPv6 in brackets, as in [::]:8089) or "off"` };
    }
    addresses.push({ host: match[1] ?? match[2] ?? '', port });
  }
  return addresses;
}

export const listenSchema = z.string().transform((text, context) => {
  const parsed = parseListen(text);
  if ('problem' in parsed) {
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  }
  return parsed;
});
