import { domainToASCII } from 'node:url';
import { getPublicSuffix } from 'tldts';
import type { EmailSettings } from './settings.ts';

export type DomainLists = Pick<
  EmailSettings,
  'domainWhitelist' | 'domainBlacklist' | 'tldWhitelist' | 'tldBlacklist'
>;

/**
 * Whether addresses of this domain may register: `OTS_EMAIL_DOMAIN_WHITELIST`, `…_BLACKLIST`,
 * `OTS_EMAIL_TLD_WHITELIST`, `…_BLACKLIST`, in this order [OpenTAKServer 1.7]. A domain is meant whole (no
 * subdomains); the TLD is the public suffix (`uk` is not `gov.uk`). An empty list says nothing.
 */
export function isDomainAllowed(email: string, lists: DomainLists): boolean {
  const domain = plain(email.slice(email.lastIndexOf('@') + 1));
  if (domain === '') return false;
  const suffix = getPublicSuffix(domain) ?? '';
  const has = (list: readonly string[], name: string) => list.some((entry) => plain(entry) === name);
  const { domainWhitelist, domainBlacklist, tldWhitelist, tldBlacklist } = lists;
  if (domainWhitelist.length > 0 && !has(domainWhitelist, domain)) return false;
  if (has(domainBlacklist, domain)) return false;
  if (tldWhitelist.length > 0 && !has(tldWhitelist, suffix)) return false;
  return !has(tldBlacklist, suffix);
}

/** Lower case, letters of all scripts in one form, without the dot or @ that people put in front. */
function plain(name: string): string {
  return domainToASCII(
    name
      .trim()
      .replace(/^[.@]+/, '')
      .replace(/\.$/, ''),
  );
}
