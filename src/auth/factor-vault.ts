import type { Sealer } from './sealer.ts';

/** Secrets of second factors, sealed for the principal that they belong to: one that is moved opens nothing. */
export interface FactorVault {
  sealTotp(principalId: string, secret: string): Buffer;
  openTotp(principalId: string, sealed: Uint8Array): string;
  sealTarget(principalId: string, target: string): Buffer;
  openTarget(principalId: string, sealed: Uint8Array): string;
}

export function createFactorVault(sealer: () => Sealer): FactorVault {
  const seal = (purpose: string) => (id: string, text: string) =>
    sealer().seal(purpose, id, Buffer.from(text));
  const open = (purpose: string) => (id: string, sealed: Uint8Array) =>
    sealer().unseal(purpose, id, sealed).toString('utf8');
  return {
    sealTotp: seal('totp'),
    openTotp: open('totp'),
    sealTarget: seal('otp-target'),
    openTarget: open('otp-target'),
  };
}
