import { BivouacError } from '../../core/errors.ts';
import { CotEvent } from '../../cot/event.ts';
import { reaches } from '../../hub/audience.ts';
import { type Access, ALL_ROLES, SIGNED_IN_LISTENERS } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { channelsOf } from '../caller-channels.ts';
import { userOf } from '../env.ts';
import type { Router } from '../router.ts';

const MARTI: Access = { on: SIGNED_IN_LISTENERS, who: ALL_ROLES, challengesBasic: true };
const XML = { 'content-type': 'application/xml' };
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** One event by uid, with the XML declaration that ATAK expects [TAK Server 5.7: `/api/cot/xml/{uid}`]. */
export function registerMartiCotRoutes(
  router: Router,
  { history, shelvedEvent }: Pick<AppDeps, 'history' | 'shelvedEvent'>,
) {
  router.route(MARTI, 'GET', '/Marti/api/cot/xml/:uid', async (c) => {
    const { out } = channelsOf(userOf(c));
    const uid = c.req.param('uid') ?? '';
    const sha256 = c.req.query('sha256');
    if (sha256 !== undefined) {
      // Too large for the stream: what was announced, and not a newer one that has another hash.
      const shelved = shelvedEvent(uid, sha256);
      if (shelved === undefined || !reaches(shelved.groupsIn, out))
        throw new BivouacError('request.not_found');
      return c.body(new Uint8Array(shelved.body), 200, XML);
    }
    const latest = await history.latest({ uid, groups: out });
    if (latest === undefined) throw new BivouacError('request.not_found');
    const frame = Buffer.from(latest.bytes);
    const event = latest.format === 'xml' ? CotEvent.fromXml(frame) : CotEvent.fromProto(frame);
    const xml = event.kind === 'event' ? event.bytes('xml') : undefined;
    if (xml === undefined) throw new BivouacError('request.not_found');
    return c.body(DECLARATION + xml.toString('utf8'), 200, XML);
  });
}
