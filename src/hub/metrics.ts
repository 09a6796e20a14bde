import type { Metrics } from '../core/metrics.ts';
import { CLOSE_REASONS } from './close-reason.ts';
import type { Hub } from './hub.ts';

/** What `/metrics` tells of the hub. */
export function registerHubMetrics(metrics: Metrics, hub: Hub): void {
  const { counts, deliveryCounts } = hub;
  const counter = (name: string, help: string, read: () => number) =>
    metrics.add({ name: `bivouac_${name}`, help, type: 'counter', read });
  const gauge = (name: string, help: string, read: () => number) =>
    metrics.add({ name: `bivouac_${name}`, help, type: 'gauge', read });

  gauge('hub_sessions', 'Signed-in connections to the stream.', () => hub.directory.sessions.size);
  gauge('hub_screens', 'Screens among them.', () => {
    let screens = 0;
    for (const { protocol } of hub.directory.sessions) if (protocol === 'json') screens += 1;
    return screens;
  });
  gauge('hub_queued_bytes', 'Bytes that wait for clients.', () => {
    let bytes = 0;
    for (const session of hub.directory.sessions) bytes += session.queuedBytes;
    return bytes;
  });
  gauge('hub_presence_events', 'Latest events kept for late joiners.', () => hub.presence.size);
  gauge('hub_presence_bytes', 'Memory for them.', () => hub.presence.bytes);
  counter('hub_received_total', 'Events received.', () => counts.received);
  counter('hub_delivered_total', 'Events handed to clients.', () => hub.deliveredEvents());
  counter('hub_replaced_total', 'Positions that a newer one replaced before a slow client got them.', () => {
    let replaced = counts.replaced;
    for (const session of hub.directory.sessions) replaced += session.replacedPositions;
    return replaced;
  });
  counter('hub_oversize_total', 'Events too large for a client.', () => deliveryCounts.oversize);
  counter(
    'hub_unconvertible_total',
    'Events without a form in a client’s protocol.',
    () => deliveryCounts.unconvertible,
  );
  counter(
    'hub_unreachable_total',
    'Directed events of which no recipient could be reached.',
    () => deliveryCounts.unreachable,
  );
  metrics.add({
    name: 'bivouac_cot_closed_total',
    help: 'CoT connections that ended, by reason.',
    type: 'counter',
    read: () => CLOSE_REASONS.map((reason) => [{ reason }, counts.closed[reason]]),
  });
}
