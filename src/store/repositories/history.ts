import { historyAppend } from './history-append.ts';
import { historyReading } from './history-reading.ts';
import { historyRetention } from './history-retention.ts';

/** CoT events as received. Ids follow the order in which they came, have no holes and are never used twice. */
export const history = { ...historyAppend, ...historyReading, ...historyRetention };
