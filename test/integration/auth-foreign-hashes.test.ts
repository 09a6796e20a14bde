import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { compare, hashSync } from 'bcryptjs';
import { hashArgon2 } from '../../src/auth/argon2.ts';
import { createBcryptThread } from '../../src/auth/bcrypt-thread.ts';
import { parseForeignHash, verifyForeign } from '../../src/auth/foreign-hashes.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { systemClock } from '../../src/core/clock.ts';
import { CHEAP_HASH, causeOf, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** SECURITY_PASSWORD_SALT, as Flask-Security's documentation shows one. */
const FLASK_KEY = '146585145368132386173505678016728509634';
const flask = (inner: string) => `flask-security$${Buffer.from(FLASK_KEY).toString('base64url')}$${inner}`;
const flaskHmac = (password: string) => createHmac('sha512', FLASK_KEY).update(password).digest('base64');

/** Hashes made by the other systems' own libraries: [from, password, hash]. */
const MADE_ELSEWHERE = [
  // As RPort's document prints them.
  ['an RPort database', 'password', '$2y$05$zfvuP4PvjsNWTqRFLdswEeRzETE2KiZONJQyVn7T3ZV5qcYAlmNWO'],
  ['an RPort user file', 'password', '$2y$10$ezwCZekHE/qxMb4g9n6rU.XIIdCnHnOo.q2wqqA8LyYf3ihonenmu'],
  [
    'TakeoutFM, scrypt 32768/8/1, salt of 8 bytes',
    OTHER_PASSWORD,
    '$scrypt$ln=15,r=8,p=1$OCBieXRlcy4$SSpW+vfQlxhGdmQOkhYtXkwZ6WNnXXSXUguyXmBcUwg',
  ],
  // RFC 7914, section 12: scrypt with N=16384, r=8, p=1 and a key of 64 bytes.
  [
    'the RFC of scrypt',
    'pleaseletmein',
    'scrypt:16384:8:1$SodiumChloride$7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
  ],
  [
    'werkzeug, scrypt',
    OTHER_PASSWORD,
    'scrypt:32768:8:1$Jr76BEMUoJ9P1zYl$a0ac7ebd941d2e5af92e7c6218bf760d0882fc3bac329d69bb47ec5010dc29031f8158ccd977bf5255b2870ec23ff0585fb8f41659a7dc46b20eb78038f7e595',
  ],
  [
    'werkzeug, scrypt, other letters',
    'pä"ss wörd',
    'scrypt:32768:8:1$OyHNZ1fsScv5gqNS$ddd271fb00b9178d99c4440b3cf8647a3d6a1d297cc4262db6052ebb2f277c3a14808bca3cc7758d0e351e27384d2f7688234cf4c20b7a814d3f3288c2048a5b',
  ],
  [
    'werkzeug, pbkdf2 sha256',
    OTHER_PASSWORD,
    'pbkdf2:sha256:1000$cpxSXt1ot8oRn52e$84849d52e1f672364226fdafcf781842a6c07f6107f8b259a4a3226c23175460',
  ],
  [
    'werkzeug, pbkdf2 sha1',
    OTHER_PASSWORD,
    'pbkdf2:sha1:1000$OwcrBMrrHmkkZ0CM$af66ec5f2158a991c33e69a613c12361776c244e',
  ],
  [
    'passlib, pbkdf2 sha256',
    'password',
    '$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M',
  ],
  [
    'passlib, pbkdf2 sha512',
    OTHER_PASSWORD,
    '$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$oQhyeUTcoVo6XDFuqNz0qfNInGz5fosR5JaGiIMNRf92ABspaU7HSVnne1HciSr6CKb1b/JoKXyC9YKuG5Ts.A',
  ],
  [
    'Flask-Security, pbkdf2 sha512',
    OTHER_PASSWORD,
    flask(
      '$pbkdf2-sha512$25000$MDEyMzQ1Njc4OWFiY2RlZg$p237EUgKdnAO3W89JO8Kp5vHoKPmyzdbCSyjISztvft5wCa/t2zWCmJX/otdAERy.T2.rytTVItLhq3Kx2cMtA',
    ),
  ],
] as const;

for (const [from, password, hash] of MADE_ELSEWHERE) {
  test(`a hash of ${from} lets its owner in, and is one of ours from then on`, async (t) => {
    const { auth, withDatabase, clock } = await openAuth(t);
    await auth.users.add({ name: 'alice', passwordHash: hash }, CONSOLE);
    const signIn = async (text: string) =>
      causeOf(await auth.streamLogin.byPassword({ username: 'alice', password: text, remote: '10.0.0.1' }));
    const stored = () =>
      String(withDatabase((database) => database.prepare('SELECT phc FROM passwords').get()?.['phc']));
    assert.equal(await signIn(`${password}x`), 'wrong_password');
    assert.equal(await signIn(hash), 'wrong_password', 'the hash is not the password');
    assert.equal(stored(), hash);
    assert.equal(await signIn(password), undefined);
    for (let i = 0; i < 400 && stored() === hash; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.match(stored(), /^\$argon2id\$/);
    clock.advance(120_000);
    assert.equal(await signIn(password), undefined);
    assert.equal(await signIn(`${password}x`), 'wrong_password');
  });
}

test('all three marks of bcrypt are one format', async () => {
  const hash = hashSync('secret', 4);
  for (const mark of ['$2a$', '$2b$', '$2y$']) {
    const parsed = parseForeignHash(`${mark}${hash.slice(4)}`);
    assert.ok(parsed !== undefined);
    assert.equal(await verifyForeign('secret', parsed, compare), true);
    assert.equal(await verifyForeign('Secret', parsed, compare), false);
  }
});

test('Flask-Security’s argon2 and bcrypt hash the password’s HMAC, not the password', async () => {
  const hmac = flaskHmac(OTHER_PASSWORD);
  for (const inner of [await hashArgon2(hmac, CHEAP_HASH), hashSync(hmac, 4)]) {
    const parsed = parseForeignHash(flask(inner));
    assert.ok(parsed !== undefined, inner);
    assert.equal(await verifyForeign(OTHER_PASSWORD, parsed, compare), true);
    assert.equal(await verifyForeign(hmac, parsed, compare), false);
    const otherKey = parseForeignHash(`flask-security$${Buffer.from('x').toString('base64url')}$${inner}`);
    assert.ok(otherKey !== undefined);
    assert.equal(await verifyForeign(OTHER_PASSWORD, otherKey, compare), false);
  }
});

test('what is unknown, broken or out of bounds is refused', async (t) => {
  const { auth } = await openAuth(t);
  const bcrypt = hashSync('x', 4);
  const key = 'ab'.repeat(32);
  for (const hash of [
    '',
    'password',
    '{PLAIN}password',
    '{SHA}5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '$1$salt$hash',
    '$apr1$zsAbFHHe$Y8Hh8Nr6AKpQCnwdp.5MD0',
    '$6$rounds=5000$salt$hash',
    'plain$$password',
    `sha256$salt$${key}`,
    bcrypt.replace('$2b$', '$2x$'),
    bcrypt.replace('$04$', '$03$'),
    bcrypt.replace('$04$', '$15$'),
    bcrypt.replace('$04$', '$31$'),
    bcrypt.slice(0, -1),
    `${bcrypt}x`,
    `scrypt:32767:8:1$salt$${key}`,
    `scrypt:1048576:8:1$salt$${key}`,
    `scrypt:32768:99:1$salt$${key}`,
    `scrypt:32768:8:99$salt$${key}`,
    'scrypt:32768:8:1$salt$abcd',
    '$scrypt$ln=40,r=8,p=1$c2FsdA$c2FsdA',
    `pbkdf2:md5:1000$salt$${key}`,
    `pbkdf2:sha256:0$salt$${key}`,
    `pbkdf2:sha256:9999999$salt$${key}`,
    `pbkdf2:sha256$salt$${key}`,
    'flask-security$x$',
    'flask-security$x$plaintext',
    `flask-security$x$flask-security$x$${bcrypt}`,
  ]) {
    assert.equal(parseForeignHash(hash), undefined, hash);
    await assert.rejects(auth.users.add({ name: 'alice', passwordHash: hash }, CONSOLE), {
      code: 'password.hash_unknown',
    });
  }
});

test('bcrypt runs beside the event loop', async () => {
  const compareBcrypt = createBcryptThread(systemClock).compare;
  const hash = hashSync('secret', 12);
  let longestMs = 0;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 5);
  const results = await Promise.all(
    ['secret', 'wrong', 'secret'].map((password) => compareBcrypt(password, hash)),
  );
  clearInterval(timer);
  assert.deepEqual(results, [true, false, true]);
  // One of these takes 270 ms and more.
  assert.ok(longestMs < 150, `the event loop stood for ${Math.round(longestMs)} ms`);
});

test('the thread ends when it has nothing to do, and starts again', async () => {
  const clock = new FakeClock();
  const compareBcrypt = createBcryptThread(clock).compare;
  const hash = hashSync('secret', 4);
  assert.equal(await compareBcrypt('secret', hash), true);
  clock.advance(60_000);
  assert.equal(await compareBcrypt('secret', hash), true);
  clock.advance(59_999);
  assert.equal(await compareBcrypt('wrong', hash), false);
  clock.advance(60_000);
});
