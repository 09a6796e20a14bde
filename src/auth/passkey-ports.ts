/** Passkeys (WebAuthn): a key in a phone or computer that signs in with its owner's finger or PIN. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { Actor } from './ports.ts';
import type { Refusal, SignInResult, Visitor } from './sign-in-ports.ts';

export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  /** The host name of the pages that it is good for. */
  readonly host: string;
  readonly createdMs: number;
  readonly lastUsedMs: number | null;
}

/**
 * `origin` is that of the page (`https://bivouac.internal:8446`): the browser signs it. Passkeys are bound to
 * its host name. Failures: BivouacError `passkey.impossible`, `passkey.refused`, `passkey.unknown`,
 * `passkey.too_many`, `auth.step_up`.
 */
export interface Passkeys {
  /** False for addresses without a name, and for plain HTTP but on `localhost`: no browser has passkeys there. */
  isPossibleAt(origin: string): boolean;
  /** What the page gives to `navigator.credentials.create`. Only after a fresh sign-in. */
  beginAdd(order: {
    readonly principalId: string;
    readonly authenticatedMs: number;
    readonly origin: string;
  }): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** `response`: what that gave, as JSON. */
  finishAdd(
    order: {
      readonly principalId: string;
      readonly name: string;
      readonly origin: string;
      readonly response: unknown;
    },
    by: Actor,
  ): Promise<PasskeyView>;
  /** What the page gives to `navigator.credentials.get`. Says nothing about who has passkeys. */
  beginSignIn(origin: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** A passkey stands for all factors: it is something one has, opened by something one is or knows. */
  finishSignIn(
    offer: Visitor & { readonly origin: string; readonly response: unknown },
  ): Promise<Refusal | Extract<SignInResult, { readonly state: 'signed_in' }>>;
  /** Newest first. */
  list(principalId: string): Promise<readonly PasskeyView[]>;
  /** Ends everything that is signed in, but for `exceptSessionId`: it may have been signed in with it. */
  remove(
    order: {
      readonly principalId: string;
      readonly id: string;
      readonly exceptSessionId?: string | undefined;
    },
    by: Actor,
  ): Promise<void>;
}
