import type { Channel } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { addressTo } from '../router/router.ts';
import { api } from '../session/session.ts';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { t } from './words.ts';

const CHANNELS_MS = 10_000;

/** Every channel, how many are in it, and what it adds to their rights. */
export function ChannelsPage() {
  const channels = useLive(() => api('GET /api/channels'), CHANNELS_MS);
  return (
    <Page title={t('title')} back="/people">
      <p class="quiet">{t('text')}</p>
      <Shown of={channels}>
        {(list) =>
          list.length === 0 ? (
            <Empty text={t('none')} />
          ) : (
            <List label={t('title')}>
              {list.map((channel) => (
                <Item
                  key={channel.name}
                  title={channel.name}
                  more={wordsOf(channel)}
                  to={addressTo('channels', channel.name)}
                />
              ))}
            </List>
          )
        }
      </Shown>
    </Page>
  );
}

function wordsOf({ members, permissions }: Channel): string {
  return [t('members', { n: members }), ...permissions.map((one) => t(one))].join(' · ');
}
