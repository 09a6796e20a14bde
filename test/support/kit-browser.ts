import assert from 'node:assert/strict';
import { type Answer, type Ask, type HttpKit, PASSWORD } from './http-kit.ts';

export interface SessionState {
  state: 'signed_out' | 'second_factor' | 'signed_in';
  username: string;
  csrfToken: string;
  mustSetUp: boolean;
  methods: string[];
}

/** A browser over TLS: keeps cookies with their names, and sends its CSRF token along. */
export class Browser {
  readonly jar = new Map<string, string>();
  readonly #http: HttpKit;
  readonly #origin: string | undefined;
  csrfToken = '';
  /** `origin`: that of the page, where it is to be said with each request. */
  constructor(http: HttpKit, origin?: string) {
    this.#http = http;
    this.#origin = origin;
  }

  async ask(path: string, { headers = {}, ...ask }: Ask = {}): Promise<Answer> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#http.ask('https', path, {
      ...ask,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(this.#origin === undefined ? {} : { origin: this.#origin, host: new URL(this.#origin).host }),
        ...(this.csrfToken === '' ? {} : { 'x-xsrf-token': this.csrfToken }),
        ...headers,
      },
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return answer;
  }

  send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
  }

  async signIn(username: string, password = PASSWORD, more: object = {}): Promise<SessionState> {
    const answer = await this.send('POST', '/api/session', { username, password, ...more });
    assert.equal(answer.status, 200, answer.text);
    const state = answer.json<SessionState>();
    this.csrfToken = state.csrfToken;
    return state;
  }
}
