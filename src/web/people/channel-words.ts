import { t } from './words.ts';

/** What the kit calls those who are in no channel, by the name that TAK clients use. */
const ANONYMOUS_CHANNEL = '__ANON__';

/** A channel, as people call it. */
export function channelWords(channel: string): string {
  return channel === ANONYMOUS_CHANNEL ? t('anonymous') : channel;
}
