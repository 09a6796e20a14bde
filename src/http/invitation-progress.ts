import type { Clock } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import type { ClientKind } from '../packages/client-package.ts';
import type { ConnectedClient } from './app-deps.ts';
import type { Diagnosis, Incident } from './diagnosis.ts';

/** How far a device has come: it has to scan, fetch, get its certificate, and connect. */
export const INVITATION_STEPS = ['waiting', 'fetched', 'certified', 'connected'] as const;
export type InvitationStep = (typeof INVITATION_STEPS)[number];

export interface InvitationProgress {
  readonly id: string;
  readonly username: string;
  readonly client: ClientKind;
  readonly step: InvitationStep;
  /** The link and the code open nothing any more. */
  readonly isOver: boolean;
  readonly expiresMs: number;
  /** Callsign of the device, once it is connected and has said it. */
  readonly callsign: string | undefined;
  /** What kept it from getting on since its last step, newest first. */
  readonly troubles: readonly Incident[];
}

/**
 * Follows each invitation until its device is on the map, for whoever holds the phone and wonders. Kept in memory,
 * like the links that it is about.
 */
export interface InvitationsInProgress {
  add(order: {
    readonly username: string;
    readonly client: ClientKind;
    readonly holdsCertificate: boolean;
    readonly expiresMs: number;
  }): InvitationTrail;
  /** A device asked for something with this enrolment, or got its certificate by it. */
  enrolling(enrolmentId: string, remoteAddress: string, hasCertificate: boolean): void;
  /** Undefined for one that is unknown, or long over. */
  progress(id: string): InvitationProgress | undefined;
}

/** What the maker of an invitation tells of it as it goes. */
export interface InvitationTrail {
  readonly id: string;
  /** The package was fetched from this address. */
  fetched(remoteAddress: string): void;
  /** A code of this enrolment was given to the person. */
  codeGiven(enrolmentId: string): void;
}

interface Invitation {
  readonly id: string;
  readonly username: string;
  readonly client: ClientKind;
  readonly holdsCertificate: boolean;
  readonly expiresMs: number;
  readonly enrolmentIds: Set<string>;
  /** Those of its last step; for `connected` see `connectionOf`. */
  step: Exclude<InvitationStep, 'connected'>;
  steppedAtMs: number;
  remoteAddress: string | undefined;
}

/** As many as links (download-links.ts): the oldest goes, and its page says that it is over. */
const INVITATIONS_MAX = 200;

export function createInvitationsInProgress({
  clock,
  clients,
  diagnosis,
}: {
  readonly clock: Clock;
  readonly clients: () => readonly Pick<ConnectedClient, 'username' | 'callsign' | 'connectedAtMs'>[];
  readonly diagnosis: Pick<Diagnosis, 'recent'>;
}): InvitationsInProgress {
  const invitations = new Map<string, Invitation>();
  const byEnrolment = new Map<string, Invitation>();

  function step(invitation: Invitation, to: Invitation['step'], remoteAddress: string): void {
    invitation.remoteAddress = remoteAddress;
    // A phone that fetches the package once more has not lost its certificate.
    if (INVITATION_STEPS.indexOf(to) <= INVITATION_STEPS.indexOf(invitation.step)) return;
    invitation.step = to;
    invitation.steppedAtMs = clock.now();
  }

  function forgetOldest(): void {
    const [id, oldest] = invitations.entries().next().value ?? [];
    if (id === undefined || oldest === undefined) return;
    invitations.delete(id);
    for (const enrolmentId of oldest.enrolmentIds) byEnrolment.delete(enrolmentId);
  }

  return {
    add({ username, client, holdsCertificate, expiresMs }) {
      if (invitations.size >= INVITATIONS_MAX) forgetOldest();
      const invitation: Invitation = {
        id: newId(),
        username,
        client,
        holdsCertificate,
        expiresMs,
        enrolmentIds: new Set(),
        step: 'waiting',
        steppedAtMs: clock.now(),
        remoteAddress: undefined,
      };
      invitations.set(invitation.id, invitation);
      return {
        id: invitation.id,
        // A package that holds the certificate is both steps in one.
        fetched: (remote) => step(invitation, holdsCertificate ? 'certified' : 'fetched', remote),
        codeGiven(enrolmentId) {
          invitation.enrolmentIds.add(enrolmentId);
          byEnrolment.set(enrolmentId, invitation);
        },
      };
    },

    enrolling(enrolmentId, remoteAddress, hasCertificate) {
      const invitation = byEnrolment.get(enrolmentId);
      // iTAK fetches no package: it scans the address and asks at once.
      if (invitation !== undefined) step(invitation, hasCertificate ? 'certified' : 'fetched', remoteAddress);
    },

    progress(id) {
      const invitation = invitations.get(id);
      if (invitation === undefined) return undefined;
      const { username, client, expiresMs } = invitation;
      const connection = connectionOf(invitation, clients());
      return {
        id,
        username,
        client,
        step: connection === undefined ? invitation.step : 'connected',
        isOver: clock.now() >= expiresMs,
        expiresMs,
        callsign: connection?.callsign || undefined,
        troubles: connection === undefined ? troublesOf(invitation, diagnosis.recent()) : [],
      };
    },
  };
}

/** A device of this person that came after the certificate was given: the new one, as far as anybody can tell. */
function connectionOf<C extends Pick<ConnectedClient, 'username' | 'connectedAtMs'>>(
  { step, steppedAtMs, username }: Invitation,
  clients: readonly C[],
): C | undefined {
  if (step !== 'certified') return undefined;
  return clients.find((client) => client.username === username && client.connectedAtMs >= steppedAtMs);
}

/** Of the device, where its address is known; else of anybody: one of them is likely the one that is waited for. */
function troublesOf({ remoteAddress, steppedAtMs }: Invitation, incidents: readonly Incident[]): Incident[] {
  return incidents.filter(
    (incident) =>
      incident.lastAtMs >= steppedAtMs &&
      (remoteAddress === undefined || incident.remoteAddress === remoteAddress),
  );
}
