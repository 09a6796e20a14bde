import type { TaxiiCollectionSettings } from '../../../config/compat/opentaxii.ts';
import { reaches } from '../../../hub/audience.ts';
import type { HistoryEvent } from '../../app-deps.ts';
import type { TaxiiAccount } from './accounts.ts';

/** A part of the history under a name, as one account sees it. */
export interface VisibleCollection {
  readonly name: string;
  readonly type: 'DATA_FEED' | 'DATA_SET';
  readonly description: string;
  holds(event: HistoryEvent): boolean;
}

/**
 * The collection for this account; undefined where it would not see a single event of it: then it does not
 * exist for it. A permission opens the collection, and never a channel: of what is in it the account sees what
 * it hears. A collection without channels of its own holds what the account hears, public or not.
 */
export function collectionFor(
  settings: TaxiiCollectionSettings,
  account: TaxiiAccount,
): VisibleCollection | undefined {
  const { name, type, description, channels, is_public: isPublic } = settings;
  if (settings.permission_required && !account.isPermitted(name)) return undefined;
  const open = isPublic ? channels : channels.filter((channel) => account.hears(channel));
  const isVisible = channels.length === 0 ? account.id !== undefined : open.length > 0;
  if (!isVisible) return undefined;
  return {
    name,
    type,
    description,
    // A direct message is for those it names; the history does not know who they were connected as.
    holds: ({ groups, dests }) =>
      dests === undefined &&
      (channels.length === 0 ? groups.some((group) => account.hears(group)) : reaches(groups, open)),
  };
}
