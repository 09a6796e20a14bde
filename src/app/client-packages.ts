import type { Config } from '../config/schema.ts';
import type { PackagesPort } from '../http/app-deps.ts';
import { makeClientPackage } from '../packages/client-package.ts';
import type { Authority } from '../pki/authority.ts';

/** Packs what brings one client of one user onto the kit, with a certificate of its own or to enrol for one. */
export function createClientPackages({
  authority,
  config,
}: {
  readonly authority: Authority;
  readonly config: Config;
}): PackagesPort {
  const portOf = (listener: 'cotTls' | 'https' | 'httpsCert') => {
    const port = config.listen[listener][0]?.port ?? 0;
    return port === 0 ? undefined : port;
  };
  return {
    async create({ user, client, host, withCertificate }) {
      const issued = withCertificate
        ? await authority.issueClient({ principalId: user.id, username: user.name })
        : undefined;
      const { fileName, content } = await makeClientPackage({
        client,
        serverName: config.name,
        host,
        authorities: authority.trustAnchors(),
        ...(issued === undefined
          ? {}
          : {
              identity: {
                username: user.name,
                key: issued.key!,
                certificatePem: issued.certificate.pem,
              },
            }),
        ...optional('cotPort', portOf('cotTls')),
        ...optional('enrolmentPort', portOf('https')),
        ...optional('apiPort', portOf('httpsCert')),
      });
      return { fileName, zip: content };
    },
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
