import { z } from 'zod';

/** Bytes that a Wi-Fi name may have (IEEE 802.11). */
const NAME_MAX_BYTES = 32;
/** Length of a WPA passphrase (IEEE 802.11i). */
const PASSPHRASE_MIN = 8;
const PASSPHRASE_MAX = 63;
/** Of 2.4 GHz, and of 5 GHz those that need no watch for radar anywhere. 0: the kit chooses. */
const CHANNELS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 36, 40, 44, 48];

const name = z
  .string()
  .min(1, 'A Wi-Fi name has at least one character')
  .refine(
    (text) => Buffer.byteLength(text) <= NAME_MAX_BYTES,
    `A Wi-Fi name has ${NAME_MAX_BYTES} bytes at most`,
  )
  .refine((text) => !/\p{Cc}/u.test(text), 'A Wi-Fi name has no control characters');

const passphrase = z
  .string()
  .regex(/^[ -~]*$/, 'A Wi-Fi passphrase has letters, digits and signs of a plain keyboard')
  .min(PASSPHRASE_MIN, `A Wi-Fi passphrase has ${PASSPHRASE_MIN} characters or more`)
  .max(PASSPHRASE_MAX, `A Wi-Fi passphrase has ${PASSPHRASE_MAX} characters at most`);

const country = z
  .string()
  .regex(/^([A-Z]{2}|00)$/, 'Two capital letters, as in DE or US; 00 for what is allowed everywhere');

const channel = z
  .number()
  .int()
  .refine((number) => CHANNELS.includes(number), `One of ${CHANNELS.join(', ')}; 0 leaves it to the kit`);

/** How the hotspot is wanted, as the order file has it. */
export const hotspotSettings = z.strictObject({
  isOn: z.boolean(),
  name,
  passphrase,
  country,
  channel,
  /** Whether devices on the hotspot reach each other, and not the kit alone. */
  clientsMayTalk: z.boolean(),
});
export type HotspotSettings = z.infer<typeof hotspotSettings>;

export const hotspotChange = hotspotSettings.partial();
export type HotspotChange = z.infer<typeof hotspotChange>;
