/** What docs/api.md and the OpenAPI document say of the stream, which is no route of the API itself. */
export const STREAM_CONTRACT = `Then open a WebSocket at \`/api/stream?ticket=…\` on the listener \`https\` (or \`http\`). A refusal is an HTTP answer:
401 \`stream.ticket\`, 429 \`stream.too_many\` (eight for one screen or person), 403 for a page of another site. RPort's programs find the same
at \`/api/v1/ws/clients?access_token=…\`, with the token of \`/api/v1/login\`. Each
message is one JSON object:

| \`type\` | Members |
|---|---|
| \`snapshot\` | \`events\`: what is known at this moment, each as below with \`agoMs\`, how long ago it was heard. The first message; with very many events it comes in parts: \`isFirst\` begins anew, \`isLast\` completes it. What was heard live in between is newer than the parts after it |
| \`position\` | \`uid\`, \`cot\` (type), \`callsign\`, \`isSelf\` (a device that reports itself; else a marker that somebody placed), \`timeMs\` (the sender's clock), \`lifeMs\` (how long it is good from now), and where they are known \`lat\`, \`lon\` (degrees; absent without a fix), \`hae\`, \`ce\` (m), \`course\` (degrees), \`speed\` (m/s), \`battery\` (%), \`team\`, \`role\`, \`how\` |
| \`alert\` | an emergency: \`uid\`, \`cot\`, \`callsign\` (whose), \`alert\` (kind, as \`911 Alert\`), \`isOver\` (it ended), \`ofUid\` (the device), \`text\`, \`lat\`, \`lon\`, \`timeMs\`, \`lifeMs\`. Stands until one with the same \`uid\` has \`isOver\` |
| \`chat\` | \`uid\`, \`room\`, \`callsign\` and \`fromUid\` of the sender, \`text\`, \`timeMs\`, \`lifeMs\`. What is said to single people is not told |
| \`gone\` | \`uid\`: a device that left, or a thing that was deleted |

All texts are what people wrote: escape them. Only events of the channels that were granted are told. A screen that reads slowly
gets the newest position of each uid and everything else, and is cut when too much waits. Nothing needs to be sent;
answer WebSocket pings, as libraries do by themselves (two without an answer end the stream). Close codes: 1001 the kit
stops; 4401 \`sign_in_ended\` after four hours, and 4403 \`access_revoked\` when access ended or changed: ask for a
new ticket, and stop when that is refused; 4408 \`idle\`; 1008 anything else, the reason says what; without a code when
the screen was too slow to be told.`;
