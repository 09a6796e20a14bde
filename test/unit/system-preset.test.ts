import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePreset } from '../../src/system/preset.ts';
import { isApplied, withoutSecrets } from '../../src/system/preset-wipe.ts';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$ZmFrZWhhc2hmYWtlaGFzaGZha2VoYXNo';
const WHOLE = `
name = "Ridge"
country = "DE"
timezone = "Europe/Berlin"

[hotspot]
name = "Ridge 1"
# passphrase = "an older one, kept"
passphrase = "seven wet horses"   # told to all
channel = 11

[administrator]
username = "anna"
passwordHash = "${HASH}"

[uplink]
name = "Base"
passphrase = 'base camp secret'

[hardware]
keys = true
screen = "ssd1306"
`;
const SECRETS = ['seven wet horses', 'an older one', HASH, 'base camp secret'];

describe('a preset file', () => {
  test('is read with all its keys', () => {
    const { preset, problems } = parsePreset(WHOLE);
    assert.deepEqual(problems, []);
    assert.equal(preset.name, 'Ridge');
    assert.equal(preset['hotspot.passphrase'], 'seven wet horses');
    assert.equal(preset['administrator.passwordHash'], HASH);
    assert.equal(preset['hardware.screen'], 'ssd1306');
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['[hotspot]\npasphrase = "seven wet horses"', /"hotspot\.pasphrase"; did you mean "hotspot\.passphrase"/],
    ['contry = "DE"', /did you mean "country"/],
    ['country = "Germany"', /^country: /],
    ['timezone = "Berlin"', /^timezone: /],
    ['[hotspot]\npassphrase = "short"', /^hotspot\.passphrase: /],
    ['[hotspot]\nchannel = 52', /^hotspot\.channel: /],
    [`[hotspot]\nname = "${'ä'.repeat(17)}"`, /^hotspot\.name: /],
    ['[hotspot]\nname = "a\\nb"', /^hotspot\.name: /],
    ['[administrator]\npasswordHash = "plain words"', /^administrator\.passwordHash: /],
    ['[administrator]\nusername = "anna"', /without administrator\.passwordHash/],
    ['[uplink]\npassphrase = "base camp secret"', /without uplink\.name/],
    ['[display]\nrotation = 45', /^display\.rotation: /],
    ['[hardware]\nscreen = "st7789"', /^hardware\.screen: /],
    ['hotspot = 1', /no key "hotspot"/],
    ['name = "Ridge', /not valid TOML in line 1/],
  ];
  for (const [text, problem] of wrong) {
    test(`is refused with a reason: ${text.replaceAll('\n', ' ')}`, () => {
      assert.match(parsePreset(text).problems.join('\n'), problem);
    });
  }

  test('is never quoted: a secret in the wrong place would come onto the display', () => {
    for (const text of [
      'country = "my-pass-word"',
      '[hotspot]\nname = ["my-pass-word"]',
      'x = "my-pass-word',
    ]) {
      const { problems } = parsePreset(text);
      assert.equal(problems.length, 1);
      assert.doesNotMatch(problems.join(), /my-pass-word/);
    }
  });
});

describe('a preset file that was applied', () => {
  test('keeps what is no secret', () => {
    const wiped = withoutSecrets(WHOLE);
    assert.ok(isApplied(wiped));
    for (const secret of SECRETS) assert.ok(!wiped.includes(secret), secret);
    const { preset } = parsePreset(wiped);
    assert.equal(preset.name, 'Ridge');
    assert.equal(preset['hotspot.name'], 'Ridge 1');
  });

  const forms = [
    'hotspot.passphrase = "seven wet horses"',
    'hotspot = { name = "R", passphrase = "seven wet horses" }',
    '[hotspot]\n"passphrase" = "seven wet horses"',
    '[ hotspot ]\npassphrase = """seven wet horses"""',
    "[hotspot]\npassphrase = '''\nseven wet horses'''\nchannel = 1",
    '["hotspot"]\npassphrase\t=\t"seven wet horses"',
    '[hotspot]\npassphrase = "seven \\u0077et horses"',
    '[hotspot]\npassphrase = "seven wet horses"\n# it is seven wet horses',
  ];
  for (const form of forms) {
    test(`holds no secret, however it was written: ${JSON.stringify(form)}`, () => {
      assert.equal(parsePreset(form).preset['hotspot.passphrase'], 'seven wet horses');
      const wiped = withoutSecrets(form);
      assert.ok(isApplied(wiped));
      assert.doesNotMatch(wiped, /seven|horses/);
    });
  }
});
