import { html, page } from './page.ts';

/** Behind the link of a mail: the form goes back to the address that it came from. */
export function newPasswordPage(): string {
  return page(
    'New password',
    html`<h1>New password</h1>
<form method="post">
<p><label>New password<br><input type="password" name="password" autocomplete="new-password" required></label></p>
<p><label>The same again<br><input type="password" name="password_confirm" autocomplete="new-password" required></label></p>
<p><button>Set the password</button></p>
</form>`,
  );
}

/** One thing said to a person who followed a link. */
export function answerPage(title: string, text: string): string {
  return page(title, html`<h1>${title}</h1><p>${text}</p>`);
}
