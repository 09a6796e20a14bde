import type { KitPort } from '../../app-deps.ts';

/** What FreeTAKServer calls a service is one of our listeners. */
export interface ServiceStatus {
  readonly isOn: boolean;
  /** '' while it is off. */
  readonly ip: string;
  readonly port: number | null;
}

/** In the order in which FreeTAKServer tells them, by its name for the Socket.IO event and for REST. */
export const SERVICES = [
  { listener: 'cotTcp', inEvents: 'TCP_CoT_service', inRest: 'TCPCoTService' },
  { listener: 'cotTls', inEvents: 'SSL_CoT_service', inRest: 'SSLCoTService' },
  { listener: 'http', inEvents: 'TCP_DataPackage_service', inRest: 'TCPDataPackageService' },
  { listener: 'httpsCert', inEvents: 'SSL_DataPackage_service', inRest: 'SSLDataPackageService' },
  { listener: 'ftsRest', inEvents: 'Rest_API_service', inRest: 'RestAPIService' },
] as const;

export function serviceStatus(
  kit: Pick<KitPort, 'listeners'>,
  { listener }: (typeof SERVICES)[number],
): ServiceStatus {
  const listeners = kit.listeners();
  const bound = listeners[listener] ?? (listener === 'ftsRest' ? listeners['ftsRestPlain'] : undefined);
  const place = bound?.split(',')[0];
  if (place === undefined) return { isOn: false, ip: '', port: null };
  const colon = place.lastIndexOf(':');
  return { isOn: true, ip: place.slice(0, colon), port: Number(place.slice(colon + 1)) };
}
