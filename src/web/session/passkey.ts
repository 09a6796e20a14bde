/** Old browsers have no passkeys, or none that speak JSON; plain HTTP has none at all. */
export function canUsePasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== 'undefined' &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function'
  );
}

type Answer = Record<string, unknown>;

/** Has the device make a passkey; undefined when the person did not confirm, or it has one already. */
export async function makePasskey(options: unknown): Promise<Answer | undefined> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as PublicKeyCredentialCreationOptionsJSON,
  );
  return answerOf(navigator.credentials.create({ publicKey }));
}

/** Has the device sign in with one that it has; undefined when the person did not confirm. */
export async function usePasskey(options: unknown): Promise<Answer | undefined> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as PublicKeyCredentialRequestOptionsJSON,
  );
  return answerOf(navigator.credentials.get({ publicKey }));
}

async function answerOf(credential: Promise<Credential | null>): Promise<Answer | undefined> {
  try {
    return ((await credential) as PublicKeyCredential | null)?.toJSON() as unknown as Answer | undefined;
  } catch {
    // The browser tells no reason that would help, on purpose.
    return undefined;
  }
}
