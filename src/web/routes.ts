import type { ComponentType } from 'preact';
import { InvitePage } from './add-phone/invite-page.tsx';
import { PickPersonPage } from './add-phone/pick-person-page.tsx';
import { ChannelPage } from './channels/channel-page.tsx';
import { ChannelsPage } from './channels/channels-page.tsx';
import { HomePage } from './home/home-page.tsx';
import { AboutPage } from './kit/about-page.tsx';
import { DisplayPage } from './kit/display-page.tsx';
import { KitPage } from './kit/kit-page.tsx';
import { LookPage } from './kit/look-page.tsx';
import { PowerPage } from './kit/power-page.tsx';
import { TimePage } from './kit/time-page.tsx';
import { WarningsPage } from './kit/warnings-page.tsx';
import { WifiPage } from './kit/wifi-page.tsx';
import { FactorsPage } from './me/factors-page.tsx';
import { MePage } from './me/me-page.tsx';
import { PasskeysPage } from './me/passkeys-page.tsx';
import { PasswordPage } from './me/password-page.tsx';
import { MyPhonesPage } from './me/phones-page.tsx';
import { SessionsPage } from './me/sessions-page.tsx';
import { TokensPage } from './me/tokens-page.tsx';
import { PeoplePage } from './people/people-page.tsx';
import { PersonPage } from './people/person-page.tsx';
import { PersonChannelsPage, PersonRolePage, PersonSignInPage } from './people/person-parts.tsx';
import { PhonePage } from './people/phone-page.tsx';
import type { Route } from './router/match.ts';
import { PairPage } from './screens/pair-page.tsx';
import { ScreenPage } from './screens/screen-page.tsx';
import { ScreensPage } from './screens/screens-page.tsx';

// biome-ignore lint/suspicious/noExplicitAny: each page names the parts of its own address
type PageComponent = ComponentType<any>;

/** Every page of the signed-in app. src/http/routes/web.ts has the forms of these addresses too. */
export const ROUTES: readonly Route<PageComponent>[] = [
  { pattern: '/', page: HomePage },
  { pattern: '/add', page: PickPersonPage },
  { pattern: '/people', page: PeoplePage },
  { pattern: '/people/:name', page: PersonPage },
  { pattern: '/people/:name/add', page: InvitePage },
  { pattern: '/people/:name/channels', page: PersonChannelsPage },
  { pattern: '/people/:name/role', page: PersonRolePage },
  { pattern: '/people/:name/sign-in', page: PersonSignInPage },
  { pattern: '/people/:name/:part', page: PhonePage },
  { pattern: '/channels', page: ChannelsPage },
  { pattern: '/channels/:name', page: ChannelPage },
  { pattern: '/screens', page: ScreensPage },
  { pattern: '/screens/pair', page: PairPage },
  { pattern: '/screens/:part', page: ScreenPage },
  { pattern: '/kit', page: KitPage },
  { pattern: '/kit/warnings', page: WarningsPage },
  { pattern: '/kit/wifi', page: WifiPage },
  { pattern: '/kit/power', page: PowerPage },
  { pattern: '/kit/time', page: TimePage },
  { pattern: '/kit/display', page: DisplayPage },
  { pattern: '/kit/look', page: LookPage },
  { pattern: '/kit/about', page: AboutPage },
  { pattern: '/me', page: MePage },
  { pattern: '/me/password', page: PasswordPage },
  { pattern: '/me/factors', page: FactorsPage },
  { pattern: '/me/passkeys', page: PasskeysPage },
  { pattern: '/me/phones', page: MyPhonesPage },
  { pattern: '/me/sessions', page: SessionsPage },
  { pattern: '/me/tokens', page: TokensPage },
];

/** Pages that would only be full of refusals for anybody else. The kit itself decides; this saves the detour. */
const ADMINISTRATION = [
  '/add',
  '/people',
  '/channels',
  '/kit/warnings',
  '/kit/wifi',
  '/kit/power',
  '/kit/time',
  '/kit/about',
];

export function isForAdministrators(address: string): boolean {
  return ADMINISTRATION.some((page) => address === page || address.startsWith(`${page}/`));
}
