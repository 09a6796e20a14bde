import type { Who } from '../../../../auth/permissions.ts';
import type { AppDeps } from '../../../app-deps.ts';
import { mayHear } from '../connected-users.ts';

/** ATAK's names for the kinds of emergency that its people declare. */
const EMERGENCIES: Readonly<Record<string, string>> = {
  'b-a-o-tbl': '911 Alert',
  'b-a-o-pan': 'Ring The Bell',
  'b-a-o-opn': 'In Contact',
  'b-a-g': 'Geo-fence Breached',
};

/** FreeTAKServer's event feed: what is wrong with the kit, then the emergencies that this asker may hear of. */
export function currentEvents(
  { health, kit }: { readonly health: AppDeps['health']; readonly kit: Pick<AppDeps['kit'], 'emergencies'> },
  who: Who,
): string[] {
  const troubles = health
    .list()
    .filter(({ severity }) => severity === 'bad')
    .map(({ text }) => text);
  const emergencies = kit
    .emergencies()
    .filter(({ channels }) => mayHear(who, channels))
    .map(({ callsign, cotType }) => `${callsign} ${EMERGENCIES[cotType] ?? cotType}`);
  return [...troubles, ...emergencies];
}
