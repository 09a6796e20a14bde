import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

interface Creation {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
}

interface Request {
  readonly challenge: string;
  readonly rpId?: string;
}

/** An authenticator in software: what a phone and its browser do, byte by byte (WebAuthn level 2). */
export class SoftwarePasskey {
  readonly id = randomBytes(16).toString('base64url');
  /** Set it back and it is a copy of itself. */
  counter = 0;
  /** False: somebody holds the phone and does not unlock it. */
  verifiesUser = true;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** `navigator.credentials.create` on a page of this origin. */
  create({ challenge, rp }: Creation, origin: string): object {
    const clientData = this.#clientData('webauthn.create', challenge, origin);
    const id = Buffer.from(this.id, 'base64url');
    const size = Buffer.alloc(2);
    size.writeUInt16BE(id.length);
    const authData = Buffer.concat([
      this.#head(rp.id ?? '', HAS_CREDENTIAL),
      Buffer.alloc(16),
      size,
      id,
      this.#coseKey(),
    ]);
    const attestation = isoCBOR.encode(
      new Map<string, string | Map<string, string> | Uint8Array>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, string>()],
        ['authData', Uint8Array.from(authData)],
      ]),
    );
    return this.#reply({
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: Buffer.from(attestation).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get` on a page of this origin. */
  get({ challenge, rpId }: Request, origin: string): object {
    const clientData = this.#clientData('webauthn.get', challenge, origin);
    this.counter += 1;
    const authData = this.#head(rpId ?? '', 0);
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
    const signature = createSign('sha256').update(signed).sign(this.#keys.privateKey);
    return this.#reply({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
    });
  }

  #reply(response: object): object {
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, challenge: string, origin: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #head(rpId: string, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const verified = this.verifiesUser ? USER_VERIFIED : 0;
    return Buffer.concat([
      createHash('sha256').update(rpId).digest(),
      Buffer.from([USER_PRESENT | verified | flags]),
      counter,
    ]);
  }

  #coseKey(): Uint8Array {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    return isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Uint8Array.from(Buffer.from(x, 'base64url'))],
        [-3, Uint8Array.from(Buffer.from(y, 'base64url'))],
      ]),
    );
  }
}
