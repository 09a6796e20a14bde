import { Link } from './router/link.tsx';
import { path } from './router/router.ts';
import { isAdministrator } from './session/session.ts';
import { t } from './words.ts';

const PLACES = [
  { key: 'home', to: '/', isFor: () => true },
  { key: 'people', to: '/people', isFor: () => isAdministrator.value },
  { key: 'screens', to: '/screens', isFor: () => true },
  { key: 'kit', to: '/kit', isFor: () => true },
] as const;

/** Pages whose address does not name their place. */
const ELSEWHERE: Readonly<Record<string, (typeof PLACES)[number]['key']>> = {
  '/add': 'home',
  '/channels': 'people',
  '/me': 'kit',
};

/** Pictures of the places: lines only, in the colour of the text. */
const PICTURES: Readonly<Record<(typeof PLACES)[number]['key'], string>> = {
  home: 'M12 21s-7-6.2-7-11.500a7 7 0 0 1 14 0C19 14.800 12 21 12 21zm0-9a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  people:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zm-6.500 9c0-3.600 2.900-6 6.500-6s6.500 2.400 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6.500m2 3.500c2.200.900 3.500 2.900 3.500 5.500',
  screens: 'M3 5h18v11H3zm6 15h6m-3-4v4',
  kit: 'M4 7h9m4 0h3M4 12h3m4 0h9M4 17h9m4 0h3M15 5v4M9 10v4m6 1v4',
};

/** The four places: at the bottom of a phone, at the left of anything wider. */
export function Places() {
  const first = `/${path.value.split('/')[1] ?? ''}`;
  return (
    <nav class="places" aria-label={t('places')}>
      {PLACES.filter(({ isFor }) => isFor()).map(({ key, to }) => {
        const isHere = first === to || ELSEWHERE[first] === key;
        return (
          <Link key={key} to={to} {...(isHere ? { 'aria-current': 'page' as const } : {})}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={PICTURES[key]} />
            </svg>
            {t(key)}
          </Link>
        );
      })}
    </nav>
  );
}
