import { useEffect } from 'preact/hooks';
import { knownName } from '../sign-in/known-name.ts';
import { LinkButton } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { t } from './words.ts';

/** A link of a mail has done its work; the sign-in that follows knows the name. */
export function Done({ title, name, text }: { title: string; name: string; text: string }) {
  useEffect(() => {
    knownName.value = name;
  }, [name]);
  return (
    <Page key="done" title={title}>
      <p role="status">{text}</p>
      <LinkButton to="/sign-in" kind="main">
        {t('signIn')}
      </LinkButton>
    </Page>
  );
}
