import type { ComponentType } from 'preact';
import { HomePage } from './home/home-page.tsx';
import type { Route } from './router/match.ts';

// biome-ignore lint/suspicious/noExplicitAny: each page names the parts of its own address
type PageComponent = ComponentType<any>;

/** Every page of the signed-in app. src/http/routes/web.ts has the forms of these addresses too. */
export const ROUTES: readonly Route<PageComponent>[] = [{ pattern: '/', page: HomePage }];
